//! The programs that students use to look around and change files, one file a program (kindred small ones share one).
//! Each has the real tool's output, options, words and exit status: GNU's and Debian's, or BusyBox's where a BusyBox
//! runs it. Whether a program exists is not decided here but by the file system in which its file is looked up.
//!
//! They see the world through `kernel::Proc` alone; none knows of Docker, layers or images.

mod accounts;
mod cat;
mod chmod;
mod chown;
mod cmp;
mod cp;
mod cut;
mod daemon;
mod date;
mod dd;
mod df;
mod diff;
mod dump;
mod env;
mod expr;
mod find;
mod find_parse;
mod find_print;
mod find_tests;
pub mod glob;
mod grep;
mod head;
mod httpd;
mod httpd_conf;
mod httpd_names;
mod httpd_server;
mod input;
mod job;
mod keyboard;
mod kill;
mod less;
mod links;
mod little;
mod ls;
mod ls_columns;
mod ls_paint;
mod machine;
mod md5;
mod mkdir;
mod mv;
mod nano;
mod nginx;
mod nginx_conf;
mod nginx_master;
mod nginx_names;
mod nl;
pub mod options;
mod paths;
mod php;
mod prompts;
mod ps;
mod quoting;
pub mod regex;
mod regex_parse;
mod rm;
mod sed;
mod sed_input;
mod sed_reader;
mod sed_script;
mod sed_text;
mod sizes;
mod sort;
mod stat;
mod stty;
mod sudo;
mod sums;
mod tail;
mod tar;
mod tar_member;
mod top;
mod touch;
mod tr;
mod uniq;
mod versions;
mod wc;
mod who;
mod xargs;

use crate::kernel::{LocalBoxFuture, Proc, Programs};
use job::{Job, Outcome, Usage};

/// How a program runs: to its end at once, or with waiting for input, time or other processes.
enum Body {
    Now(fn(&mut Job) -> Outcome),
    Waits(for<'a> fn(&'a mut Job) -> LocalBoxFuture<'a, Outcome>),
}

struct Program {
    usage: Usage,
    body: Body,
}

macro_rules! table {
    ($($name:literal $kind:ident $path:path, $trouble:literal, $synopsis:literal, $about:literal;)*) => {
        /// Every program, sorted by name.
        const TABLE: &[Program] = &[$(Program {
            usage: Usage { name: $name, synopsis: $synopsis, about: $about, trouble: $trouble },
            body: body!($kind $path),
        }),*];
    };
}

macro_rules! body {
    (now $path:path) => {
        Body::Now($path)
    };
    (waits $path:path) => {
        Body::Waits(|job| Box::pin($path(job)))
    };
}

table! {
    "apache2" waits httpd::main, 1, "[OPTION]...", "Apache Hypertext Transfer Protocol Server.";
    "arch" now machine::arch, 1, "[OPTION]...", "Print machine architecture.";
    "base64" waits dump::base64, 1, "[OPTION]... [FILE]", "Base64 encode or decode FILE, or standard input, to standard output.";
    "basename" now paths::basename, 1, "NAME [SUFFIX]", "Print NAME with any leading directory components removed.";
    "cat" waits cat::main, 1, "[OPTION]... [FILE]...", "Concatenate FILE(s) to standard output.";
    "chgrp" now chown::chgrp, 1, "[OPTION]... GROUP FILE...", "Change the group of each FILE to GROUP.";
    "chmod" now chmod::main, 1, "[OPTION]... MODE[,MODE]... FILE...", "Change the mode of each FILE to MODE.";
    "chown" now chown::main, 1, "[OPTION]... [OWNER][:[GROUP]] FILE...", "Change the owner and/or group of each FILE to OWNER and/or GROUP.";
    "clear" now little::clear, 1, "[options]", "Clear the terminal screen.";
    "cmp" waits cmp::main, 2, "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]", "Compare two files byte by byte.";
    "comm" waits uniq::comm, 1, "[OPTION]... FILE1 FILE2", "Compare sorted files FILE1 and FILE2 line by line.";
    "cp" waits cp::main, 1, "[OPTION]... SOURCE... DEST", "Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.";
    "cut" waits cut::main, 1, "OPTION... [FILE]...", "Print selected parts of lines from each FILE to standard output.";
    "date" now date::main, 1, "[OPTION]... [+FORMAT]", "Display date and time in the given FORMAT.";
    "dd" waits dd::main, 1, "[OPERAND]...", "Copy a file, converting and formatting according to the operands.";
    "df" now df::main, 1, "[OPTION]... [FILE]...", "Show information about the file system on which each FILE resides.";
    "diff" waits diff::main, 2, "[OPTION]... FILES", "Compare FILES line by line.";
    "dir" now ls::main, 2, "[OPTION]... [FILE]...", "List directory contents.";
    "dirname" now paths::dirname, 1, "[OPTION] NAME...", "Output each NAME with its last non-slash component and trailing slashes removed.";
    "du" now df::du, 1, "[OPTION]... [FILE]...", "Summarize device usage of the set of FILEs, recursively for directories.";
    "egrep" waits grep::egrep, 2, "[OPTION]... PATTERNS [FILE]...", "Search for extended PATTERNS in each FILE.";
    "env" waits env::main, 125, "[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]", "Set each NAME to VALUE in the environment and run COMMAND.";
    "expand" waits nl::expand, 1, "[OPTION]... [FILE]...", "Convert tabs in each FILE to spaces, writing to standard output.";
    "expr" now expr::expr, 2, "EXPRESSION", "Print the value of EXPRESSION to standard output.";
    "false" now little::falsehood, 1, "[ignored command line arguments]", "Exit with a status code indicating failure.";
    "fgrep" waits grep::fgrep, 2, "[OPTION]... PATTERNS [FILE]...", "Search for fixed PATTERNS in each FILE.";
    "find" waits find::main, 1, "[-H] [-L] [-P] [path...] [expression]", "Search for files in a directory hierarchy.";
    "fold" waits nl::fold, 1, "[OPTION]... [FILE]...", "Wrap input lines in each FILE, writing to standard output.";
    "free" now machine::free, 1, "[options]", "Display amount of free and used memory in the system.";
    "grep" waits grep::main, 2, "[OPTION]... PATTERNS [FILE]...", "Search for PATTERNS in each FILE.";
    "groups" now who::groups, 1, "[OPTION]... [USERNAME]...", "Print group memberships for each USERNAME.";
    "hd" waits dump::hexdump, 1, "[options] <file>...", "Display file contents in hexadecimal, decimal, octal, or ascii.";
    "head" waits head::main, 1, "[OPTION]... [FILE]...", "Print the first 10 lines of each FILE to standard output.";
    "hexdump" waits dump::hexdump, 1, "[options] <file>...", "Display file contents in hexadecimal, decimal, octal, or ascii.";
    "hostname" now machine::hostname, 1, "[-s] [NAME]", "Show or set the system's host name.";
    "httpd" waits httpd::main, 1, "[OPTION]...", "Apache Hypertext Transfer Protocol Server.";
    "id" now who::id, 1, "[OPTION]... [USER]...", "Print user and group information for each specified USER.";
    "install" waits cp::install, 1, "[OPTION]... SOURCE... DEST", "Copy files while setting attributes.";
    "kill" now kill::kill, 1, "[options] <pid> [...]", "Forcibly terminate a process.";
    "less" waits less::main, 1, "[options] file...", "View text a screen at a time, forwards and backwards.";
    "ln" waits links::main, 1, "[OPTION]... TARGET... DIRECTORY", "Make links between files.";
    "ls" now ls::main, 2, "[OPTION]... [FILE]...", "List information about the FILEs (the current directory by default).";
    "md5sum" waits sums::main, 1, "[OPTION]... [FILE]...", "Print or check MD5 (128-bit) checksums.";
    "mkdir" now mkdir::main, 1, "[OPTION]... DIRECTORY...", "Create the DIRECTORY(ies), if they do not already exist.";
    "mkfifo" now mkdir::mkfifo, 1, "[OPTION]... NAME...", "Create named pipes (FIFOs) with the given NAMEs.";
    "mknod" now mkdir::mknod, 1, "[OPTION]... NAME TYPE [MAJOR MINOR]", "Create the special file NAME of the given TYPE.";
    "mktemp" now mkdir::mktemp, 1, "[OPTION]... [TEMPLATE]", "Create a temporary file or directory, safely, and print its name.";
    "more" waits less::more, 1, "[options] <file>...", "A file perusal filter for CRT viewing.";
    "mount" now df::mount, 1, "[-lhV]", "Mount a filesystem.";
    "mv" waits mv::main, 1, "[OPTION]... SOURCE... DEST", "Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.";
    "nano" waits nano::main, 1, "[OPTIONS] [[+LINE[,COLUMN]] FILE]", "Edit a text file.";
    "nginx" waits nginx::main, 1, "[OPTION]...", "HTTP and reverse proxy server, mail proxy server.";
    "nginx-debug" waits nginx::main, 1, "[OPTION]...", "HTTP and reverse proxy server, with messages for debugging.";
    "nice" waits env::nice, 125, "[OPTION] [COMMAND [ARG]...]", "Run COMMAND with an adjusted niceness.";
    "nl" waits nl::main, 1, "[OPTION]... [FILE]...", "Write each FILE to standard output, with line numbers added.";
    "nohup" waits env::nohup, 125, "COMMAND [ARG]...", "Run COMMAND, ignoring hangup signals.";
    "nproc" now machine::nproc, 1, "[OPTION]...", "Print the number of processing units available to the current process.";
    "od" waits dump::od, 1, "[OPTION]... [FILE]...", "Write an unambiguous representation, octal bytes by default, of FILE to standard output.";
    "pager" waits less::main, 1, "[options] file...", "View text a screen at a time, forwards and backwards.";
    "paste" waits cut::paste, 1, "[OPTION]... [FILE]...", "Write lines consisting of the sequentially corresponding lines from each FILE.";
    "php" now php::main, 1, "-v", "PHP Command Line Interface.";
    "pidof" now kill::pidof, 1, "[options] [program [...]]", "Find the process ID of a running program.";
    "printenv" now env::printenv, 2, "[OPTION]... [VARIABLE]...", "Print the values of the specified environment VARIABLE(s).";
    "ps" now ps::ps, 1, "[options]", "Report a snapshot of the current processes.";
    "pwd" now paths::pwd, 1, "[OPTION]...", "Print the full filename of the current working directory.";
    "readlink" now links::readlink, 1, "[OPTION]... FILE...", "Print value of a symbolic link or canonical file name.";
    "realpath" now links::realpath, 1, "[OPTION]... FILE...", "Print the resolved absolute file name.";
    "rev" waits cat::rev, 1, "[options] [<file> ...]", "Reverse lines characterwise.";
    "rgrep" waits grep::rgrep, 2, "[OPTION]... PATTERNS [FILE]...", "Search for PATTERNS in each FILE of each directory.";
    "rm" waits rm::main, 1, "[OPTION]... [FILE]...", "Remove (unlink) the FILE(s).";
    "rmdir" now rm::rmdir, 1, "[OPTION]... DIRECTORY...", "Remove the DIRECTORY(ies), if they are empty.";
    "sed" waits sed::main, 1, "[OPTION]... {script-only-if-no-other-script} [input-file]...", "Stream editor for filtering and transforming text.";
    "seq" waits little::seq, 1, "[OPTION]... FIRST INCREMENT LAST", "Print numbers from FIRST to LAST, in steps of INCREMENT.";
    "sha256sum" waits sums::main, 1, "[OPTION]... [FILE]...", "Print or check SHA256 (256-bit) checksums.";
    "sleep" waits little::sleep, 1, "NUMBER[SUFFIX]...", "Pause for NUMBER seconds.";
    "sort" waits sort::main, 2, "[OPTION]... [FILE]...", "Write sorted concatenation of all FILE(s) to standard output.";
    "split" waits dd::split, 1, "[OPTION]... [FILE [PREFIX]]", "Output pieces of FILE to PREFIXaa, PREFIXab, ....";
    "stat" now stat::main, 1, "[OPTION]... FILE...", "Display file or file system status.";
    "stty" now stty::main, 1, "[SETTING]...", "Print or change terminal characteristics.";
    "sudo" waits sudo::main, 1, "[OPTION]... [VAR=value] [COMMAND [ARG]...]", "Execute a command as another user.";
    "sync" now machine::sync, 1, "[OPTION] [FILE]...", "Synchronize cached writes to persistent storage.";
    "tac" waits cat::tac, 1, "[OPTION]... [FILE]...", "Write each FILE to standard output, last line first.";
    "tail" waits tail::main, 1, "[OPTION]... [FILE]...", "Print the last 10 lines of each FILE to standard output.";
    "tar" waits tar::main, 2, "[OPTION...] [FILE]...", "Save many files together into a single archive, and restore individual files from it.";
    "tee" waits little::tee, 1, "[OPTION]... [FILE]...", "Copy standard input to each FILE, and also to standard output.";
    "timeout" waits env::timeout, 125, "[OPTION] DURATION COMMAND [ARG]...", "Start COMMAND, and kill it if still running after DURATION.";
    "top" waits top::top, 1, "[options]", "Display processes.";
    "touch" now touch::main, 1, "[OPTION]... FILE...", "Update the access and modification times of each FILE to the current time.";
    "tr" waits tr::main, 1, "[OPTION]... STRING1 [STRING2]", "Translate, squeeze, and/or delete characters from standard input, writing to standard output.";
    "true" now little::truth, 0, "[ignored command line arguments]", "Exit with a status code indicating success.";
    "truncate" now touch::truncate, 1, "OPTION... FILE...", "Shrink or extend the size of each FILE to the specified size.";
    "tty" now little::tty, 2, "[OPTION]...", "Print the file name of the terminal connected to standard input.";
    "umount" now df::umount, 1, "[-hV]", "Unmount filesystems.";
    "uname" now machine::uname, 1, "[OPTION]...", "Print certain system information.";
    "uniq" waits uniq::main, 1, "[OPTION]... [INPUT [OUTPUT]]", "Filter adjacent matching lines from INPUT (or standard input), writing to OUTPUT (or standard output).";
    "unlink" now rm::unlink, 1, "FILE", "Call the unlink function to remove the specified FILE.";
    "uptime" now machine::uptime, 1, "[options]", "Tell how long the system has been running.";
    "wc" waits wc::main, 1, "[OPTION]... [FILE]...", "Print newline, word, and byte counts for each FILE.";
    "which" now paths::which, 2, "[-as] args", "Locate a command.";
    "whoami" now who::whoami, 1, "[OPTION]...", "Print the user name associated with the current effective user ID.";
    "xargs" waits xargs::main, 1, "[OPTION]... COMMAND [INITIAL-ARGS]...", "Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.";
    "xxd" waits dump::xxd, 1, "[options] [infile]", "Make a hexdump.";
    "yes" waits little::yes, 1, "[STRING]...", "Repeatedly output a line with all specified STRING(s), or 'y'.";
}

async fn start(program: &'static Program, proc: Proc) -> i32 {
    let mut job = Job::new(proc, &program.usage);
    let outcome = match program.body {
        Body::Now(run) => run(&mut job),
        Body::Waits(run) => run(&mut job).await,
    };
    job.finish(outcome).await
}

/// The programs that no computer has unless somebody installed them.
pub const SERVERS: [&str; 5] = ["apache2", "httpd", "nginx", "nginx-debug", "php"];

/// The table of programs that the kernel starts from files of these names.
pub fn programs() -> Programs {
    let mut programs = Programs::new();
    for program in TABLE {
        programs.insert(program.usage.name, move |proc| Box::pin(start(program, proc)));
    }
    programs
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn the_list_is_sorted_and_documented() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].usage.name < pair[1].usage.name, "{} comes twice or late", pair[1].usage.name);
        }
        for program in TABLE {
            assert!(program.usage.about.ends_with('.'), "{} is not described", program.usage.name);
        }
    }
}
