//! The flags of every command as the reader of `--help` sees them: one line a flag, `-s, --name kind` and, after a
//! tab, what it does; a line that does not begin with a dash goes on the one before. A leading `!` hides a flag
//! from help. These texts feed parsing, help and completion alike. It must not know what the flags do.

/// `run` and `create`.
pub(super) const RUN_AND_CREATE: &str = "\
--add-host list\tAdd a custom host-to-IP mapping (host:ip)\n\
-a, --attach list\tAttach to STDIN, STDOUT or STDERR\n\
--blkio-weight uint16\tBlock IO (relative weight), between 10 and 1000, or 0 to disable (default 0)\n\
--blkio-weight-device list\tBlock IO weight (relative device weight) (default [])\n\
--cap-add list\tAdd Linux capabilities\n\
--cap-drop list\tDrop Linux capabilities\n\
--cgroup-parent string\tOptional parent cgroup for the container\n\
--cgroupns string\tCgroup namespace to use (host|private)\n\
'host':    Run the container in the Docker host's cgroup namespace\n\
'private': Run the container in its own private cgroup namespace\n\
'':        Use the cgroup namespace as configured by the\n\
\x20          default-cgroupns-mode option on the daemon (default)\n\
--cidfile string\tWrite the container ID to the file\n\
--cpu-period int\tLimit CPU CFS (Completely Fair Scheduler) period\n\
--cpu-quota int\tLimit CPU CFS (Completely Fair Scheduler) quota\n\
--cpu-rt-period int\tLimit CPU real-time period in microseconds\n\
--cpu-rt-runtime int\tLimit CPU real-time runtime in microseconds\n\
-c, --cpu-shares int\tCPU shares (relative weight)\n\
--cpus decimal\tNumber of CPUs\n\
--cpuset-cpus string\tCPUs in which to allow execution (0-3, 0,1)\n\
--cpuset-mems string\tMEMs in which to allow execution (0-3, 0,1)\n\
--device list\tAdd a host device to the container\n\
--device-cgroup-rule list\tAdd a rule to the cgroup allowed devices list\n\
--device-read-bps list\tLimit read rate (bytes per second) from a device (default [])\n\
--device-read-iops list\tLimit read rate (IO per second) from a device (default [])\n\
--device-write-bps list\tLimit write rate (bytes per second) to a device (default [])\n\
--device-write-iops list\tLimit write rate (IO per second) to a device (default [])\n\
--disable-content-trust\tSkip image verification (default true)\n\
--dns list\tSet custom DNS servers\n\
--dns-option list\tSet DNS options\n\
--dns-search list\tSet custom DNS search domains\n\
--domainname string\tContainer NIS domain name\n\
--entrypoint string\tOverwrite the default ENTRYPOINT of the image\n\
-e, --env list\tSet environment variables\n\
--env-file list\tRead in a file of environment variables\n\
--expose list\tExpose a port or a range of ports\n\
--gpus gpu-request\tGPU devices to add to the container ('all' to pass all GPUs)\n\
--group-add list\tAdd additional groups to join\n\
--health-cmd string\tCommand to run to check health\n\
--health-interval duration\tTime between running the check (ms|s|m|h) (default 0s)\n\
--health-retries int\tConsecutive failures needed to report unhealthy\n\
--health-start-period duration\tStart period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)\n\
--health-timeout duration\tMaximum time to allow one check to run (ms|s|m|h) (default 0s)\n\
--help\tPrint usage\n\
-h, --hostname string\tContainer host name\n\
--init\tRun an init inside the container that forwards signals and reaps processes\n\
-i, --interactive\tKeep STDIN open even if not attached\n\
--ip string\tIPv4 address (e.g., 172.30.100.104)\n\
--ip6 string\tIPv6 address (e.g., 2001:db8::33)\n\
--ipc string\tIPC mode to use\n\
--isolation string\tContainer isolation technology\n\
--kernel-memory bytes\tKernel memory limit\n\
-l, --label list\tSet meta data on a container\n\
--label-file list\tRead in a line delimited file of labels\n\
--link list\tAdd link to another container\n\
--link-local-ip list\tContainer IPv4/IPv6 link-local addresses\n\
--log-driver string\tLogging driver for the container\n\
--log-opt list\tLog driver options\n\
--mac-address string\tContainer MAC address (e.g., 92:d0:c6:0a:29:33)\n\
-m, --memory bytes\tMemory limit\n\
--memory-reservation bytes\tMemory soft limit\n\
--memory-swap bytes\tSwap limit equal to memory plus swap: '-1' to enable unlimited swap\n\
--memory-swappiness int\tTune container memory swappiness (0 to 100) (default -1)\n\
--mount mount\tAttach a filesystem mount to the container\n\
--name string\tAssign a name to the container\n\
--network network\tConnect a container to a network\n\
--network-alias list\tAdd network-scoped alias for the container\n\
--no-healthcheck\tDisable any container-specified HEALTHCHECK\n\
--oom-kill-disable\tDisable OOM Killer\n\
--oom-score-adj int\tTune host's OOM preferences (-1000 to 1000)\n\
--pid string\tPID namespace to use\n\
--pids-limit int\tTune container pids limit (set -1 for unlimited)\n\
--platform string\tSet platform if server is multi-platform capable\n\
--privileged\tGive extended privileges to this container\n\
-p, --publish list\tPublish a container's port(s) to the host\n\
-P, --publish-all\tPublish all exposed ports to random ports\n\
--read-only\tMount the container's root filesystem as read only\n\
--restart string\tRestart policy to apply when a container exits (default \"no\")\n\
--rm\tAutomatically remove the container when it exits\n\
--runtime string\tRuntime to use for this container\n\
--security-opt list\tSecurity Options\n\
--shm-size bytes\tSize of /dev/shm\n\
--stop-signal string\tSignal to stop a container (default \"SIGTERM\")\n\
--stop-timeout int\tTimeout (in seconds) to stop a container\n\
--storage-opt list\tStorage driver options for the container\n\
--sysctl map\tSysctl options (default map[])\n\
--tmpfs list\tMount a tmpfs directory\n\
-t, --tty\tAllocate a pseudo-TTY\n\
--ulimit ulimit\tUlimit options (default [])\n\
-u, --user string\tUsername or UID (format: <name|uid>[:<group|gid>])\n\
--userns string\tUser namespace to use\n\
--uts string\tUTS namespace to use\n\
-v, --volume list\tBind mount a volume\n\
--volume-driver string\tOptional volume driver for the container\n\
--volumes-from list\tMount volumes from the specified container(s)\n\
-w, --workdir string\tWorking directory inside the container\n\
!--dns-opt list\tSet DNS options\n\
!--net network\tConnect a container to a network\n\
!--net-alias list\tAdd network-scoped alias for the container";

/// `run` alone.
pub(super) const RUN: &str = "\
-d, --detach\tRun container in background and print container ID\n\
--detach-keys string\tOverride the key sequence for detaching a container\n\
--pull string\tPull image before running (\"always\"|\"missing\"|\"never\") (default \"missing\")\n\
--sig-proxy\tProxy received signals to the process (default true)";

/// `create` alone.
pub(super) const CREATE: &str = "\
--pull string\tPull image before creating (\"always\"|\"missing\"|\"never\") (default \"missing\")";

/// `docker` itself; `{config}` is the folder of its settings.
pub(super) const ROOT: &str = "\
--config string\tLocation of client config files (default \"{config}\")\n\
-c, --context string\tName of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with \"docker context use\")\n\
-D, --debug\tEnable debug mode\n\
-H, --host list\tDaemon socket(s) to connect to\n\
-l, --log-level string\tSet the logging level (\"debug\"|\"info\"|\"warn\"|\"error\"|\"fatal\") (default \"info\")\n\
--tls\tUse TLS; implied by --tlsverify\n\
--tlscacert string\tTrust certs signed only by this CA (default \"{config}/ca.pem\")\n\
--tlscert string\tPath to TLS certificate file (default \"{config}/cert.pem\")\n\
--tlskey string\tPath to TLS key file (default \"{config}/key.pem\")\n\
--tlsverify\tUse TLS and verify the remote\n\
-v, --version\tPrint version information and quit";

/// `ps`.
pub(super) const PS: &str = "\
-a, --all\tShow all containers (default shows just running)\n\
-f, --filter filter\tFilter output based on conditions provided\n\
--format string\tPretty-print containers using a Go template\n\
-n, --last int\tShow n last created containers (includes all states) (default -1)\n\
-l, --latest\tShow the latest created container (includes all states)\n\
--no-trunc\tDon't truncate output\n\
-q, --quiet\tOnly display container IDs\n\
-s, --size\tDisplay total file sizes";

/// `images`.
pub(super) const IMAGES: &str = "\
-a, --all\tShow all images (default hides intermediate images)\n\
--digests\tShow digests\n\
-f, --filter filter\tFilter output based on conditions provided\n\
--format string\tPretty-print images using a Go template\n\
--no-trunc\tDon't truncate output\n\
-q, --quiet\tOnly show image IDs";

/// `build`.
pub(super) const BUILD: &str = "\
--add-host list\tAdd a custom host-to-IP mapping (host:ip)\n\
--build-arg list\tSet build-time variables\n\
--cache-from strings\tImages to consider as cache sources\n\
--cgroup-parent string\tOptional parent cgroup for the container\n\
--compress\tCompress the build context using gzip\n\
--cpu-period int\tLimit the CPU CFS (Completely Fair Scheduler) period\n\
--cpu-quota int\tLimit the CPU CFS (Completely Fair Scheduler) quota\n\
-c, --cpu-shares int\tCPU shares (relative weight)\n\
--cpuset-cpus string\tCPUs in which to allow execution (0-3, 0,1)\n\
--cpuset-mems string\tMEMs in which to allow execution (0-3, 0,1)\n\
--disable-content-trust\tSkip image verification (default true)\n\
-f, --file string\tName of the Dockerfile (Default is 'PATH/Dockerfile')\n\
--force-rm\tAlways remove intermediate containers\n\
--iidfile string\tWrite the image ID to the file\n\
--isolation string\tContainer isolation technology\n\
--label list\tSet metadata for an image\n\
-m, --memory bytes\tMemory limit\n\
--memory-swap bytes\tSwap limit equal to memory plus swap: '-1' to enable unlimited swap\n\
--network string\tSet the networking mode for the RUN instructions during build (default \"default\")\n\
--no-cache\tDo not use cache when building the image\n\
--pull\tAlways attempt to pull a newer version of the image\n\
-q, --quiet\tSuppress the build output and print image ID on success\n\
--rm\tRemove intermediate containers after a successful build (default true)\n\
--security-opt strings\tSecurity options\n\
--shm-size bytes\tSize of /dev/shm\n\
-t, --tag list\tName and optionally a tag in the 'name:tag' format\n\
--target string\tSet the target build stage to build.\n\
--ulimit ulimit\tUlimit options (default [])";

/// `start`.
pub(super) const START: &str = "\
-a, --attach\tAttach STDOUT/STDERR and forward signals\n\
--detach-keys string\tOverride the key sequence for detaching a container\n\
-i, --interactive\tAttach container's STDIN";

/// `stop`.
pub(super) const STOP: &str = "\
-t, --time int\tSeconds to wait for stop before killing it (default 10)";

/// `attach`.
pub(super) const ATTACH: &str = "\
--detach-keys string\tOverride the key sequence for detaching a container\n\
--no-stdin\tDo not attach STDIN\n\
--sig-proxy\tProxy all received signals to the process (default true)";

/// `exec`.
pub(super) const EXEC: &str = "\
-d, --detach\tDetached mode: run command in the background\n\
--detach-keys string\tOverride the key sequence for detaching a container\n\
-e, --env list\tSet environment variables\n\
--env-file list\tRead in a file of environment variables\n\
-i, --interactive\tKeep STDIN open even if not attached\n\
--privileged\tGive extended privileges to the command\n\
-t, --tty\tAllocate a pseudo-TTY\n\
-u, --user string\tUsername or UID (format: <name|uid>[:<group|gid>])\n\
-w, --workdir string\tWorking directory inside the container";

/// `commit`.
pub(super) const COMMIT: &str = "\
-a, --author string\tAuthor (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")\n\
-c, --change list\tApply Dockerfile instruction to the created image\n\
-m, --message string\tCommit message\n\
-p, --pause\tPause container during commit (default true)";

/// `rm`.
pub(super) const RM: &str = "\
-f, --force\tForce the removal of a running container (uses SIGKILL)\n\
-l, --link\tRemove the specified link\n\
-v, --volumes\tRemove anonymous volumes associated with the container";

/// `rmi`.
pub(super) const RMI: &str = "\
-f, --force\tForce removal of the image\n\
--no-prune\tDo not delete untagged parents";

/// `save`.
pub(super) const SAVE: &str = "\
-o, --output string\tWrite to a file, instead of STDOUT";

/// `load`.
pub(super) const LOAD: &str = "\
-i, --input string\tRead from tar archive file, instead of STDIN\n\
-q, --quiet\tSuppress the load output";

/// `inspect`.
pub(super) const INSPECT: &str = "\
-f, --format string\tFormat the output using the given Go template\n\
-s, --size\tDisplay total file sizes if the type is container\n\
--type string\tReturn JSON for specified type";

/// `history`.
pub(super) const HISTORY: &str = "\
--format string\tPretty-print images using a Go template\n\
-H, --human\tPrint sizes and dates in human readable format (default true)\n\
--no-trunc\tDon't truncate output\n\
-q, --quiet\tOnly show image IDs";

/// `cp`.
pub(super) const CP: &str = "\
-a, --archive\tArchive mode (copy all uid/gid information)\n\
-L, --follow-link\tAlways follow symbol link in SRC_PATH";

/// `logs`.
pub(super) const LOGS: &str = "\
--details\tShow extra details provided to logs\n\
-f, --follow\tFollow log output\n\
--since string\tShow logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)\n\
-n, --tail string\tNumber of lines to show from the end of the logs (default \"all\")\n\
-t, --timestamps\tShow timestamps\n\
--until string\tShow logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)";

/// `kill`.
pub(super) const KILL: &str = "\
-s, --signal string\tSignal to send to the container (default \"KILL\")";

/// `restart`.
pub(super) const RESTART: &str = "\
-t, --time int\tSeconds to wait for stop before killing the container (default 10)";

/// `stats`.
pub(super) const STATS: &str = "\
-a, --all\tShow all containers (default shows just running)\n\
--format string\tPretty-print images using a Go template\n\
--no-stream\tDisable streaming stats and only pull the first result\n\
--no-trunc\tDo not truncate output";

/// `update`.
pub(super) const UPDATE: &str = "\
--blkio-weight uint16\tBlock IO (relative weight), between 10 and 1000, or 0 to disable (default 0)\n\
--cpu-period int\tLimit CPU CFS (Completely Fair Scheduler) period\n\
--cpu-quota int\tLimit CPU CFS (Completely Fair Scheduler) quota\n\
--cpu-rt-period int\tLimit the CPU real-time period in microseconds\n\
--cpu-rt-runtime int\tLimit the CPU real-time runtime in microseconds\n\
-c, --cpu-shares int\tCPU shares (relative weight)\n\
--cpus decimal\tNumber of CPUs\n\
--cpuset-cpus string\tCPUs in which to allow execution (0-3, 0,1)\n\
--cpuset-mems string\tMEMs in which to allow execution (0-3, 0,1)\n\
--kernel-memory bytes\tKernel memory limit\n\
-m, --memory bytes\tMemory limit\n\
--memory-reservation bytes\tMemory soft limit\n\
--memory-swap bytes\tSwap limit equal to memory plus swap: '-1' to enable unlimited swap\n\
--pids-limit int\tTune container pids limit (set -1 for unlimited)\n\
--restart string\tRestart policy to apply when a container exits";

/// `import`.
pub(super) const IMPORT: &str = "\
-c, --change list\tApply Dockerfile instruction to the created image\n\
-m, --message string\tSet commit message for imported image\n\
--platform string\tSet platform if server is multi-platform capable";

/// `pull`.
pub(super) const PULL: &str = "\
-a, --all-tags\tDownload all tagged images in the repository\n\
--disable-content-trust\tSkip image verification (default true)\n\
--platform string\tSet platform if server is multi-platform capable\n\
-q, --quiet\tSuppress verbose output";

/// `push`.
pub(super) const PUSH: &str = "\
-a, --all-tags\tPush all tagged images in the repository\n\
--disable-content-trust\tSkip image signing (default true)\n\
-q, --quiet\tSuppress verbose output";

/// `search`.
pub(super) const SEARCH: &str = "\
-f, --filter filter\tFilter output based on conditions provided\n\
--format string\tPretty-print search using a Go template\n\
--limit int\tMax number of search results (default 25)\n\
--no-trunc\tDon't truncate output";

/// `login`.
pub(super) const LOGIN: &str = "\
-p, --password string\tPassword\n\
--password-stdin\tTake the password from stdin\n\
-u, --username string\tUsername";

/// `info`.
pub(super) const INFO: &str = "\
-f, --format string\tFormat the output using the given Go template";

/// `version`.
pub(super) const VERSION: &str = "\
-f, --format string\tFormat the output using the given Go template\n\
--kubeconfig string\tKubernetes config file";

/// `events`.
pub(super) const EVENTS: &str = "\
-f, --filter filter\tFilter output based on conditions provided\n\
--format string\tFormat the output using the given Go template\n\
--since string\tShow all events created since timestamp\n\
--until string\tStream events until this timestamp";

/// `container prune`.
pub(super) const CONTAINER_PRUNE: &str = "\
--filter filter\tProvide filter values (e.g. 'until=<timestamp>')\n\
-f, --force\tDo not prompt for confirmation";

/// `container inspect`.
pub(super) const CONTAINER_INSPECT: &str = "\
-f, --format string\tFormat the output using the given Go template\n\
-s, --size\tDisplay total file sizes";

/// `image prune`.
pub(super) const IMAGE_PRUNE: &str = "\
-a, --all\tRemove all unused images, not just dangling ones\n\
--filter filter\tProvide filter values (e.g. 'until=<timestamp>')\n\
-f, --force\tDo not prompt for confirmation";

/// `volume create`.
pub(super) const VOLUME_CREATE: &str = "\
-d, --driver string\tSpecify volume driver name (default \"local\")\n\
--label list\tSet metadata for a volume\n\
-o, --opt map\tSet driver specific options (default map[])";

/// `volume ls`.
pub(super) const VOLUME_LS: &str = "\
-f, --filter filter\tProvide filter values (e.g. 'dangling=true')\n\
--format string\tPretty-print volumes using a Go template\n\
-q, --quiet\tOnly display volume names";

/// `volume prune`.
pub(super) const VOLUME_PRUNE: &str = "\
--filter filter\tProvide filter values (e.g. 'label=<label>')\n\
-f, --force\tDo not prompt for confirmation";

/// `network ls`.
pub(super) const NETWORK_LS: &str = "\
-f, --filter filter\tProvide filter values (e.g. 'driver=bridge')\n\
--format string\tPretty-print networks using a Go template\n\
--no-trunc\tDo not truncate the output\n\
-q, --quiet\tOnly display network IDs";

/// `network create`.
pub(super) const NETWORK_CREATE: &str = "\
--attachable\tEnable manual container attachment\n\
--aux-address map\tAuxiliary IPv4 or IPv6 addresses used by Network driver (default map[])\n\
--config-from string\tThe network from which to copy the configuration\n\
--config-only\tCreate a configuration only network\n\
-d, --driver string\tDriver to manage the Network (default \"bridge\")\n\
--gateway strings\tIPv4 or IPv6 Gateway for the master subnet\n\
--ingress\tCreate swarm routing-mesh network\n\
--internal\tRestrict external access to the network\n\
--ip-range strings\tAllocate container ip from a sub-range\n\
--ipam-driver string\tIP Address Management Driver (default \"default\")\n\
--ipam-opt map\tSet IPAM driver specific options (default map[])\n\
--ipv6\tEnable IPv6 networking\n\
--label list\tSet metadata on a network\n\
-o, --opt map\tSet driver specific options (default map[])\n\
--scope string\tControl the network's scope\n\
--subnet strings\tSubnet in CIDR format that represents a network segment";

/// `network inspect`.
pub(super) const NETWORK_INSPECT: &str = "\
-f, --format string\tFormat the output using the given Go template\n\
-v, --verbose\tVerbose output for diagnostics";

/// `network connect`.
pub(super) const NETWORK_CONNECT: &str = "\
--alias strings\tAdd network-scoped alias for the container\n\
--driver-opt strings\tdriver options for the network\n\
--ip string\tIPv4 address (e.g., 172.30.100.104)\n\
--ip6 string\tIPv6 address (e.g., 2001:db8::33)\n\
--link list\tAdd link to another container\n\
--link-local-ip strings\tAdd a link-local address for the container";

/// `network disconnect`.
pub(super) const NETWORK_DISCONNECT: &str = "\
-f, --force\tForce the container to disconnect from a network";

/// `system df`.
pub(super) const SYSTEM_DF: &str = "\
--format string\tPretty-print images using a Go template\n\
-v, --verbose\tShow detailed information on space usage";

/// `system prune`.
pub(super) const SYSTEM_PRUNE: &str = "\
-a, --all\tRemove all unused images not just dangling ones\n\
--filter filter\tProvide filter values (e.g. 'label=<key>=<value>')\n\
-f, --force\tDo not prompt for confirmation\n\
--volumes\tPrune volumes";

/// `builder prune`.
pub(super) const BUILDER_PRUNE: &str = "\
-a, --all\tRemove all unused build cache, not just dangling ones\n\
--filter filter\tProvide filter values (e.g. 'until=24h')\n\
-f, --force\tDo not prompt for confirmation\n\
--keep-storage bytes\tAmount of disk space to keep for cache";

/// `volume rm`.
pub(super) const VOLUME_RM: &str = "\
-f, --force\tForce the removal of one or more volumes";
