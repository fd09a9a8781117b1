//! One test binary: transcripts, figures, models, lessons, tidy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::string_slice, clippy::print_stdout, clippy::print_stderr, reason = "tests")]

#[cfg(unix)]
mod daemon;
#[cfg(unix)]
mod daemon_clients;
#[cfg(unix)]
mod daemon_golden;
#[cfg(unix)]
mod daemon_robust;
mod engine_bench;
mod engine_containers;
mod engine_host;
mod engine_images;
mod engine_real;
mod engine_volumes;
mod figures;
mod figures_data;
mod golden;
mod inspect;
mod kernel_files;
mod kernel_processes;
mod kernel_ttys;
mod layerfs_golden;
mod layerfs_kernel;
mod layerfs_model;
mod layerfs_ops;
mod layerfs_vfs;
mod lessons;
mod oci_archives;
mod program_shell;
mod programs;
mod programs_flow;
mod programs_screen;
#[cfg(unix)]
mod pty;
mod real_archives;
mod serve;
mod servers;
mod session;
mod shell_cases;
mod shell_machine;
mod shell_robust;
mod shell_terminal;
mod skip;
mod terminal;
mod tidy;
mod transcript;

mod docker_bench;
mod docker_commands;
