//! Ghost exports.
//!
//! The file is read twice. The first time keeps names, tags and what belongs to which post; the second time reads
//! the posts one by one. So memory does not grow with what the posts say.

mod index;
mod lexical;
mod mobiledoc;
mod posts;
mod stream;
mod text;

use std::io::{Read, Seek, SeekFrom};

use super::entry::{Destination, Entry, Halt, Outlet, Unreadable};
use super::languages::Languages;
use index::Index;
use stream::Broken;

/// Reads a Ghost export and gives each thing in it to `each`, which says whether it wants more: languages that are
/// new, tags, and articles.
///
/// # Errors
/// A file that is none; one that cannot be read.
pub fn read(
    file: &mut (impl Read + Seek),
    destination: &Destination,
    each: &mut dyn FnMut(Entry) -> bool,
) -> Result<(), Unreadable> {
    Halt::ended(whole(file, destination, &mut Outlet::new(each)))
}

fn whole(
    file: &mut (impl Read + Seek),
    destination: &Destination,
    out: &mut Outlet<'_>,
) -> Result<(), Halt> {
    let mut index = Index::new(Languages::new(destination));
    file.seek(SeekFrom::Start(0))?;
    let broken = stream::rows(file, &mut |table, row, _| {
        index.add(table, row);
        Ok(())
    })?;
    if !index.is_export() {
        return Err(Halt::Unreadable(Unreadable::Format(match broken {
            Some(Broken(reason)) => format!("the file is no Ghost export: {reason}"),
            None => {
                "the file is no Ghost export: it has no posts (make one under Settings, Export)"
                    .to_owned()
            }
        })));
    }
    index.languages.tell(out)?;
    index.tell_tags(out)?;
    file.seek(SeekFrom::Start(0))?;
    let mut count = 0_u64;
    stream::rows(file, &mut |table, row, done| {
        if table != "posts" {
            return Ok(());
        }
        count += 1;
        out.reach(done);
        posts::tell(count, row, &index, destination.site.as_ref(), out)
    })?;
    match broken {
        Some(Broken(reason)) => {
            let detail = format!(
                "the file cannot be read to its end; what stands before that was read: {reason}"
            );
            out.refuse("end of the file", None, ("", "cut_off", detail))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
