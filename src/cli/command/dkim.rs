//! `mailpol dkim new`: makes a key, and says what the policy and DNS shall say about it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use mailpol::mail::{DkimPublicKey, dkim_selector};
use rsa::RsaPrivateKey;
use rsa::pkcs8::der::asn1::ObjectIdentifier;
use rsa::pkcs8::spki::AlgorithmIdentifierRef;
use rsa::pkcs8::{Document, SecretDocument};
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding, PrivateKeyInfo};
use rsa::rand_core::{OsRng, RngCore as _};
use serde_json::json;

use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// RFC 8301 section 3.2: signers use 2048 bits or more. More does not fit into one UDP answer.
const RSA_BITS: usize = 2048;
/// The algorithm identifier of Ed25519 (RFC 8410 section 3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// The head of a SubjectPublicKeyInfo of Ed25519 (RFC 8410 section 4); the key follows.
const ED25519_HEAD: [u8; 12] = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];
/// Who owns the key may read it.
const MODE: u32 = 0o600;
/// Everybody may read the public part.
const MODE_PUBLIC: u32 = 0o644;

const NOTES: &str = "\
The private key goes to FILE, mode 0600, and the public part beside it, to a file of that name that
ends in `.pub`; a file that is there already is never overwritten. What is printed belongs under
`publish` of the domain: the path of the key, and the public part. The record that DNS must have is
told; `mailpol dns` prints it with all others.

Examples:
  mailpol dkim new 2026a /etc/dkimkeys/example.org.2026a.pem
  mailpol dkim new 2026b ed.pem --algorithm ed25519 --key /etc/dkimkeys/example.org.2026b.pem

Exit status: 0 the key was made, 2 it was not.";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make a new key
    New(New),
}

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
struct New {
    /// The selector: which of the domain's keys this is
    selector: String,
    /// Where the private key is written; the public part goes beside it
    file: PathBuf,
    /// What it signs with
    #[arg(long, value_enum, default_value_t = Algorithm::Rsa)]
    algorithm: Algorithm,
    /// Where the private key will be on the server, if not at FILE
    #[arg(long, value_name = "PATH")]
    key: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Algorithm {
    /// RSA with 2048 bits, which every receiver knows
    Rsa,
    /// Ed25519 (RFC 8463), which not every receiver knows: beside an RSA key
    Ed25519,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

pub(in crate::cli) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let Action::New(new) = &args.action;
    let Some(selector) = dkim_selector(&new.selector) else {
        let why = "is no selector: write letters, digits and hyphens, as in `2026a`";
        return Err(Failure::Unable(format!("`{}` {why}", new.selector)));
    };
    let beside = new.file.with_extension("pub");
    if beside == new.file {
        let file = new.file.display();
        let why = "is where the public part goes: name the private key otherwise";
        return Err(Failure::Unable(format!("`{file}` {why}")));
    }
    let (private, public) = match new.algorithm {
        Algorithm::Rsa => rsa_key()?,
        Algorithm::Ed25519 => ed25519_key()?,
    };
    let public = Public::of(&public)?;
    write(&new.file, MODE, private.as_bytes())?;
    if let Err(failure) = write(&beside, MODE_PUBLIC, public.pem.as_bytes()) {
        // That it is ours says `create_new`.
        let _ = std::fs::remove_file(&new.file);
        return Err(failure);
    }
    let key = std::path::absolute(new.key.as_deref().unwrap_or(&new.file))?;
    let key = key.display().to_string();
    let Public { base64, record, .. } = public;
    output.result(json!({
        "selector": selector,
        "algorithm": new.algorithm.name(),
        "key": key,
        "public": base64,
        "record": record,
    }));
    let node = format!("dkim \"{selector}\" key=\"{key}\" public=\"{base64}\"\n");
    output.print(&node)?;
    let (file, beside) = (new.file.display(), beside.display());
    output.success(format!(
        "the private key is in {file}, the public part in {beside}; the line above goes under \
         `publish`, and DNS must have, at {selector}._domainkey of the domain: {record}"
    ));
    Ok(Exit::Yes)
}

/// A private key as PEM, and its public part as SubjectPublicKeyInfo in DER.
type Pair = (String, Vec<u8>);

fn rsa_key() -> Result<Pair, Failure> {
    let private = RsaPrivateKey::new(&mut OsRng, RSA_BITS).map_err(|error| unable(&error))?;
    let pem = private
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|error| unable(&error))?;
    let public = private.to_public_key().to_public_key_der();
    let public = public.map_err(|error| unable(&error))?;
    Ok((pem.to_string(), public.into_vec()))
}

fn ed25519_key() -> Result<Pair, Failure> {
    let mut seed = [0; 32];
    OsRng
        .try_fill_bytes(&mut seed)
        .map_err(|error| unable(&error))?;
    let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
    // RFC 8410 section 7: an octet string within the octet string.
    let inner = [&[4, 32], seed.as_slice()].concat();
    let algorithm = AlgorithmIdentifierRef {
        oid: ED25519,
        parameters: None,
    };
    let document = SecretDocument::try_from(PrivateKeyInfo::new(algorithm, &inner));
    let pem = document
        .and_then(|document| Ok(document.to_pem("PRIVATE KEY", LineEnding::LF)?))
        .map_err(|error| unable(&error))?;
    let public = [ED25519_HEAD.as_slice(), public.as_bytes()].concat();
    Ok((pem.to_string(), public))
}

/// A public key, as a policy, a file and DNS have it.
struct Public {
    base64: String,
    pem: String,
    record: String,
}

impl Public {
    /// Takes a SubjectPublicKeyInfo, if it reads back.
    fn of(der: &[u8]) -> Result<Self, Failure> {
        use base64ct::{Base64, Encoding as _};
        let base64 = Base64::encode_string(der);
        let key = DkimPublicKey::parse(&base64).map_err(|error| unable(&error))?;
        let document = Document::try_from(der).map_err(|error| unable(&error))?;
        let pem = document.to_pem("PUBLIC KEY", LineEnding::LF);
        Ok(Self {
            base64,
            pem: pem.map_err(|error| unable(&error))?,
            record: key.record(),
        })
    }
}

/// Writes a new file, whole or not at all.
fn write(path: &Path, mode: u32, text: &[u8]) -> Result<(), Failure> {
    let shown = path.display();
    let told = |error: &dyn std::fmt::Display| {
        Failure::Unable(format!("`{shown}` cannot be written: {error}"))
    };
    let opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path);
    let mut file = opened.map_err(|error| told(&error))?;
    let written = file.write_all(text).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a key is none; that it is ours says `create_new`.
        let _ = std::fs::remove_file(path);
        told(&error)
    })
}

fn unable(error: &dyn std::fmt::Display) -> Failure {
    Failure::Unable(format!("no key could be made: {error}"))
}
