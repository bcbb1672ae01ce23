//! Pictures and files that were attached.

use std::io::{Read, Seek};

use super::index::Index;
use super::part_at;
use crate::transfer::html;
use crate::transfer::html::wordpress::Media;

/// What was attached under this id. None: nothing, or nothing that could be read.
pub(super) fn find(file: &mut (impl Read + Seek), index: &Index, id: u64) -> Option<Media> {
    let item = part_at(file, index.media(id)?).ok()??;
    let url = [item.of("wp:attachment_url"), item.of("guid")];
    let url = url.into_iter().find(|url| !url.is_empty())?;
    Some(Media {
        url: url.to_owned(),
        alt: html::line(item.meta("_wp_attachment_image_alt")),
        caption: html::line(item.of("excerpt:encoded")),
    })
}
