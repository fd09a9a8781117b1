//! `sha256sum` and `md5sum`: digests of contents, computed piece by piece, and checked with `-c`.

use super::input::Input;
use super::job::{Job, Outcome};
use super::md5::Md5;
use sha2::{Digest, Sha256};

const SPEC: &str = "bct binary=b check=c text=t tag=T quiet=q status=s ignore-missing=i";

enum Hash {
    Sha256(Sha256),
    Md5(Md5),
}

/// `sha256sum` and `md5sum`, by the name of the program.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let paths = if opts.args.is_empty() { vec!["-".to_string()] } else { opts.args.clone() };
    for path in paths {
        if opts.has('c') {
            check(job, &path, &opts).await;
            continue;
        }
        if let Some(sum) = digest(job, &path).await {
            if opts.has('T') {
                let name = if is_md5(job) { "MD5 (" } else { "SHA256 (" };
                job.line(&[name, &path, ") = ", &sum].concat());
            } else {
                job.line(&[sum.as_str(), if opts.has('b') { " *" } else { "  " }, &path].concat());
            }
        }
    }
    Ok(())
}

async fn digest(job: &mut Job, path: &str) -> Option<String> {
    let mut input = match Input::open(job, path).await {
        Ok(input) => input,
        Err(e) => {
            job.fail_plain(path, e);
            return None;
        }
    };
    let mut hash = if is_md5(job) { Hash::Md5(Md5::new()) } else { Hash::Sha256(Sha256::new()) };
    while let Some(piece) = input.piece(job).await {
        match &mut hash {
            Hash::Sha256(hash) => hash.update(&piece),
            Hash::Md5(hash) => hash.update(&piece),
        }
    }
    let error = input.error;
    input.close(job);
    if let Some(e) = error {
        job.fail_plain(path, e);
        return None;
    }
    let mut out = String::new();
    let sum = match hash {
        Hash::Sha256(hash) => hash.finalize().to_vec(),
        Hash::Md5(hash) => hash.finish().to_vec(),
    };
    for b in sum {
        for digit in [b >> 4, b & 15] {
            out.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    Some(out)
}

fn is_md5(job: &Job) -> bool {
    job.usage.name == "md5sum"
}

async fn check(job: &mut Job, list: &str, opts: &super::options::Parsed) {
    let mut input = match Input::open(job, list).await {
        Ok(input) => input,
        Err(e) => return job.fail_plain(list, e),
    };
    let text = input.rest(job).await;
    input.close(job);
    let text = String::from_utf8_lossy(&text).into_owned();
    let (mut wrong, mut missing, mut malformed, mut proper) = (0, 0, 0, 0);
    for line in text.lines() {
        let parsed = line.split_once(' ').and_then(|(sum, rest)| {
            let name = rest.strip_prefix([' ', '*'])?;
            (sum.len() == if is_md5(job) { 32 } else { 64 } && sum.bytes().all(|b| b.is_ascii_hexdigit()))
                .then_some((sum, name))
        });
        let Some((sum, name)) = parsed else {
            malformed += 1;
            continue;
        };
        proper += 1;
        if opts.has('i') && job.stat(name).is_err() {
            continue;
        }
        let quiet = opts.has('q') || opts.has('s');
        match digest(job, name).await {
            None => {
                missing += 1;
                if !opts.has('s') {
                    job.line(&[name, ": FAILED open or read"].concat());
                }
            }
            Some(real) if real.eq_ignore_ascii_case(sum) => {
                if !quiet {
                    job.line(&[name, ": OK"].concat());
                }
            }
            Some(_) => {
                wrong += 1;
                if !opts.has('s') {
                    job.line(&[name, ": FAILED"].concat());
                }
            }
        }
    }
    if proper == 0 {
        let shown = job.quote_needed(list);
        return job.complain(&[&shown, ": no properly formatted checksum lines found"]);
    }
    if missing + wrong > 0 {
        job.status = 1;
    }
    if opts.has('s') {
        return;
    }
    let warn = |job: &mut Job, n: u32, one: &str, many: &str| {
        if n > 0 {
            let status = job.status;
            job.complain(&["WARNING: ", &n.to_string(), " ", if n == 1 { one } else { many }]);
            job.status = status;
        }
    };
    warn(job, malformed, "line is improperly formatted", "lines are improperly formatted");
    warn(job, missing, "listed file could not be read", "listed files could not be read");
    warn(job, wrong, "computed checksum did NOT match", "computed checksums did NOT match");
}
