//! What a container's file system is put together of beyond its own layers: in which order its volumes, the host's files
//! and directories, and file systems in memory are mounted. It must not know how containers run.

use super::containers::Container;
use super::merge::clean;
use super::rootfs::{self, HOST_FILES};
use super::tmpfs::Tmpfs;
use super::volumes::{ContainerMount, Source};
use super::SimEngine;
use crate::ambient::Time;
use crate::engine::api::{EngineError, HostConfig, OciProblem};
use crate::layerfs::{SharedMount, Vfs, Who};
use crate::sorted;

impl SimEngine {
    /// Lets containers mount directories of this file system, the host's.
    pub fn share_host(&self, root: SharedMount) {
        self.host_files.replace(Some(root));
    }

    /// Mounts everything into a container's file system: what is nearer to the root first, of equals volumes, then the
    /// `files` of the host, then what is in memory, where the container `runs`.
    pub(super) fn mount_all(
        &self,
        vfs: &mut Vfs,
        container: &Container,
        files: &SharedMount,
        runs: bool,
    ) -> Result<(), EngineError> {
        enum What<'a> {
            Mount(&'a ContainerMount),
            File(&'a str),
            Tmpfs(&'a str),
        }
        let now = self.kernel.now();
        let host = container.get().host_config.clone();
        let mounts = container.mounts.iter().filter(|m| !on_tmpfs(&host, &m.destination));
        let mut all: Vec<(String, What<'_>)> = mounts.map(|m| (m.destination.clone(), What::Mount(m))).collect();
        all.extend(HOST_FILES.iter().map(|name| (format!("/etc/{name}"), What::File(name))));
        let tmpfs = host.tmpfs.iter().flatten().filter(|_| runs);
        all.extend(tmpfs.map(|(path, options)| (clean(path), What::Tmpfs(options))));
        sorted::sort_by_key(&mut all, |(path, _)| path.matches('/').count());
        for (path, what) in &all {
            match what {
                What::Mount(mount) => self.mount_one(vfs, mount, now),
                What::File(name) => {
                    rootfs::make_place(vfs, path, false, now);
                    // An image that has made these places into something else goes without.
                    let _ = vfs.bind(path, files.clone(), name, false);
                }
                What::Tmpfs(_) if path == "/dev" => return Err(EngineError::Oci { problem: OciProblem::NoDevNull }),
                What::Tmpfs(options) => Tmpfs::parse(options, path)?.mount(vfs, path, now)?,
            }
        }
        Ok(())
    }

    fn mount_one(&self, vfs: &mut Vfs, mount: &ContainerMount, now: Time) {
        let (files, inner) = match &mount.source {
            Source::Volume { name, .. } => {
                let files = self.state.borrow().volumes.files(name);
                let Some(files) = files else { return };
                (files, "/".to_owned())
            }
            Source::Host(path) => {
                let Some(host) = self.host_files.borrow().clone() else { return };
                // What is missing on the host becomes a directory there.
                rootfs::make_dir(&host, path, now);
                (host, path.clone())
            }
        };
        let is_dir = Vfs::with_root(files.clone()).stat(&Who::root(now), &inner).is_ok_and(|s| s.is_dir());
        rootfs::make_place(vfs, &mount.destination, is_dir, now);
        // A place that the image has made into something else stays as it is.
        let _ = vfs.bind(&mount.destination, files, &inner, !mount.writable);
    }
}

/// Whether a file system in memory goes to this place.
pub(super) fn on_tmpfs(host: &HostConfig, destination: &str) -> bool {
    host.tmpfs.iter().flatten().any(|(path, _)| clean(path) == destination)
}
