//! `dateline redirects`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use actix_web::rt::System;
use clap::Args;

use super::Failure;
use super::database::Opened;
use crate::config::Config;
use crate::db::{Database, migrate};
use crate::transfer::redirects::{Redirect, Redirects};
use crate::values::address::SiteTemplate;

/// Where each imported address lives now: as JSON to a .json file, otherwise as a map for nginx.
///
/// Each address is a path, with the query where that was a part of it. What readers do not have is left out.
#[derive(Debug, Args)]
pub(super) struct WriteRedirects {
    /// Where to write it
    file: PathBuf,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Nginx,
}

const NGINX: &str = "\
# Include this in the http block, and in the server block:
#     if ($dateline_location) { return 301 $dateline_location; }
# A long map may need a larger map_hash_max_size and map_hash_bucket_size before it.
map $request_uri $dateline_location {
";

impl WriteRedirects {
    pub(super) fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let site = config.site_url_template.clone();
        let site = SiteTemplate::new(site.unwrap_or_else(|| {
            let base = config.public_url.clone();
            let base = base.unwrap_or_else(|| format!("http://{}", config.bind));
            format!("{base}/{{locale}}/{{slug}}")
        }));
        let database = Opened::new(config)?;
        migrate::run(database.url())?;
        let written = System::new().block_on(write(database.url(), &site, &self.file));
        database.close()?;
        println!("{} addresses in {}", written?, self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}

async fn write(url: &str, site: &SiteTemplate, path: &Path) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let format = match path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        true => Format::Json,
        false => Format::Nginx,
    };
    let db = Database::new(url, 1)?;
    let mut conn = db.connection().await?;
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    file.write_all(format.head().as_bytes()).map_err(failed)?;
    let (mut redirects, mut written) = (Redirects::default(), 0);
    while let Some(next) = redirects.next(&mut conn, site).await? {
        for redirect in next {
            let line = format.line(&redirect, written == 0);
            file.write_all(line.as_bytes()).map_err(failed)?;
            written += 1;
        }
    }
    file.write_all(format.foot().as_bytes()).map_err(failed)?;
    file.flush().map_err(failed)?;
    Ok(written)
}

impl Format {
    fn head(self) -> &'static str {
        match self {
            Format::Json => "{",
            Format::Nginx => NGINX,
        }
    }

    /// Paths have neither quotes nor backslashes.
    fn line(self, Redirect { old, new }: &Redirect, is_first: bool) -> String {
        match self {
            Format::Json if is_first => format!("\n  \"{old}\": \"{new}\""),
            Format::Json => format!(",\n  \"{old}\": \"{new}\""),
            Format::Nginx => format!("    \"{old}\" \"{new}\";\n"),
        }
    }

    fn foot(self) -> &'static str {
        match self {
            Format::Json => "\n}\n",
            Format::Nginx => "}\n",
        }
    }
}
