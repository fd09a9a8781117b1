//! The simulated computer's hardware and kernel, as `uname`, `/proc` and `docker info` tell of it. Containers see the
//! same ones as their host, which is part of what the lessons teach.

/// `uname -s`.
pub const SYSNAME: &str = "Linux";
/// `uname -r`.
pub const RELEASE: &str = "5.15.0-91-generic";
/// `uname -v`.
pub const VERSION: &str = "#101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023";
/// `uname -m`.
pub const MACHINE: &str = "x86_64";
/// `nproc`.
pub const CPUS: u32 = 4;
/// Bytes of memory.
pub const MEMORY: u64 = 8_168_972 * 1024;
/// What processors call themselves.
pub const CPU_MODEL: &str = "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz";
