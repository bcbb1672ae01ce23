//! WordPress exports (WXR), with what Polylang and WPML say of languages in them.
//!
//! The file is read twice. The first time finds its parts and keeps of each item where it stands, its language and
//! which others it is a translation of; the second time reads the items at their places, each with its
//! translations. So memory does not grow with what the items say, and what is broken in one spoils only that one.

mod articles;
mod comments;
mod dates;
mod head;
mod index;
mod languages;
mod media;
mod part;
mod php;
mod segments;
mod site;
mod tags;

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::entry::{Destination, Entry, Found, Halt, Outlet, Unreadable};
use super::languages::Languages;
use articles::Articles;
use head::Head;
use index::Index;
use part::Part;
use segments::{End, LONGEST, Segment, Segments};

/// The most bytes of a name that is kept until the end: of a login, or of a group of translations.
const LONGEST_NAME: usize = 200;

/// Reads a WordPress export and gives each thing in it to `each`, which says whether it wants more: languages that
/// are new, tags, and articles, each with its comments behind it.
///
/// # Errors
/// A file that is none, or is not in UTF-8; one that cannot be read.
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
    head::check(file)?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = Head::default();
    let mut index = Index::new(Languages::new(destination));
    let broken = survey(file, &mut head, &mut index, out)?;
    index.finish(&head, out)?;
    head.tags.join(index.languages.default());
    index.languages.tell(out)?;
    head.tags.tell(&index.languages, out)?;
    Articles {
        head: &head,
        index: &index,
    }
    .tell(file, out)?;
    match broken {
        Some(detail) => out.refuse("end of the file", None, ("", "cut_off", detail.to_owned())),
        None => Ok(()),
    }
}

/// The first time. Gives what is wrong with the file's end.
fn survey(
    file: &mut (impl Read + Seek),
    head: &mut Head,
    index: &mut Index,
    out: &mut Outlet<'_>,
) -> Result<Option<&'static str>, Halt> {
    let mut segments = Segments::new(BufReader::with_capacity(64 * 1024, &mut *file));
    let mut count = 0_u64;
    while let Some(segment) = segments.next()? {
        let is_item = segment.name == "item";
        count += u64::from(is_item);
        let place = match is_item {
            true => format!("item {count}"),
            false => format!("<{}> at byte {}", segment.name, segment.offset),
        };
        match (segment.end, is_item) {
            (End::CutOff, true) => {
                return Ok(Some(
                    "the file ends in the middle of an item: it is not all there; what stands before it was read",
                ));
            }
            (End::CutOff, false) => break,
            (End::Whole, true) => {
                match swallowed(&segment) {
                    Some(next) => {
                        let detail = "the item is not closed: text in it begins with <![CDATA[ and has no ]]>".to_owned();
                        out.refuse(&place, None, ("", "malformed", detail))?;
                        count += 1;
                        surveyed(&format!("item {count}"), &next, head, index, out)?;
                    }
                    None => surveyed(&place, &segment, head, index, out)?,
                }
            }
            _ => surveyed(&place, &segment, head, index, out)?,
        }
    }
    if segments.offset() == 0 || segments.ended {
        return Ok(None);
    }
    Ok(Some(
        "the file ends before the export does: it is not all there; what is there was read",
    ))
}

/// The item that the text of the one before it has run into. A text that only speaks of items is none: what
/// follows would not be well-formed.
fn swallowed(segment: &Segment) -> Option<Segment> {
    let tag = b"<item>";
    let at = segment
        .bytes
        .windows(tag.len())
        .rposition(|window| window == tag)
        .filter(|at| *at > 0)?;
    let bytes = segment.bytes.get(at..)?.to_vec();
    let item = Part::read(&bytes).ok()?;
    (item.number("wp:post_id") > 0).then(|| Segment {
        name: segment.name,
        offset: segment
            .offset
            .saturating_add(u64::try_from(at).unwrap_or_default()),
        bytes,
        end: End::Whole,
    })
}

fn surveyed(
    place: &str,
    segment: &Segment,
    head: &mut Head,
    index: &mut Index,
    out: &mut Outlet<'_>,
) -> Result<(), Halt> {
    let wrong = match segment.end {
        End::TooLong => Err(format!("longer than {LONGEST} bytes")),
        End::Unclosed => Err("not closed before the next begins".to_owned()),
        _ => Part::read(&segment.bytes),
    };
    match wrong {
        Ok(part) if segment.name == "item" => index.add(place, segment, &part, head, out),
        Ok(part) => head.add(place, part, &mut index.languages, out),
        Err(wrong) => out.refuse(
            place,
            None,
            ("", "malformed", format!("the item is {wrong}")),
        ),
    }
}

/// The part that stands there.
fn part_at(file: &mut (impl Read + Seek), at: index::At) -> io::Result<Option<Part>> {
    file.seek(SeekFrom::Start(at.offset))?;
    let mut bytes = Vec::new();
    file.take(u64::from(at.length)).read_to_end(&mut bytes)?;
    Ok(Part::read(&bytes).ok())
}

/// Leaves something out that is no content.
fn leave_out(place: &str, what: &'static str, out: &mut Outlet<'_>) -> Result<(), Halt> {
    out.put(place, Found::LeftOut(what))
}

#[cfg(test)]
mod tests;
