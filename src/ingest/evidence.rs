//! What the layout of a file was concluded from.

use std::fmt;

use crate::diagnostics::counted;

/// Why a file is taken to be in an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingEvidence {
    /// A setting says so.
    Set,
    /// The format of the file always is.
    Format,
    /// UTF-8 is set, but some bytes are not.
    SetButInvalid,
    /// Its byte order mark.
    ByteOrderMark,
    /// Its byte order mark says UTF-8, but some bytes are not.
    MarkedButInvalid,
    /// Every second byte is zero.
    ZeroBytes,
    /// Its start is plain ASCII.
    Ascii,
    /// Its start is valid UTF-8.
    ValidUtf8,
    /// More characters of UTF-8 than bytes that are not.
    MostlyUtf8 {
        /// Characters of UTF-8 beyond ASCII.
        characters: u64,
        /// Bytes that belong to none.
        stray: u64,
    },
    /// Only in this encoding its letters beyond ASCII are those of Western European words.
    WesternLetters,
    /// It is not UTF-8, and too short to tell more.
    TooShort,
    /// It is not UTF-8, and most plausible in this encoding.
    MostPlausible,
}

impl fmt::Display for EncodingEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EncodingEvidence::Set => "as set",
            EncodingEvidence::Format => "as in every file of its format",
            EncodingEvidence::SetButInvalid => "UTF-8 is set, but some bytes are not UTF-8",
            EncodingEvidence::ByteOrderMark => "by its byte order mark",
            EncodingEvidence::MarkedButInvalid => "its byte order mark says UTF-8, but some bytes are not UTF-8",
            EncodingEvidence::ZeroBytes => "every second byte is zero",
            EncodingEvidence::Ascii => "its start is plain ASCII",
            EncodingEvidence::ValidUtf8 => "its start is valid UTF-8",
            EncodingEvidence::MostlyUtf8 { characters, stray } => {
                let characters = counted(*characters, "character of UTF-8", "characters of UTF-8");
                let stray = counted(*stray, "byte that is not", "bytes that are not");
                return write!(f, "{characters}, and {stray}");
            }
            EncodingEvidence::WesternLetters => "only so are its letters beyond ASCII those of Western European words",
            EncodingEvidence::TooShort => "it is not UTF-8, and too short to determine more",
            EncodingEvidence::MostPlausible => "it is not UTF-8, and this encoding fits best",
        })
    }
}

/// Why the first row is the header, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderEvidence {
    /// The only row has no data in it.
    OnlyRowHasNoData,
    /// The only row looks like data.
    OnlyRowIsData,
    /// It has words, and the cells below are data.
    WordsOverData,
    /// Its words do not occur again below.
    WordsOccurOnce,
    /// It looks like the rows below.
    LikeTheRest,
}

impl fmt::Display for HeaderEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HeaderEvidence::OnlyRowHasNoData => "the only row has no data in it",
            HeaderEvidence::OnlyRowIsData => "the only row looks like data",
            HeaderEvidence::WordsOverData => "the first row has words, and the cells below it are data",
            HeaderEvidence::WordsOccurOnce => "the words of the first row do not occur again below it",
            HeaderEvidence::LikeTheRest => "the first row looks like the rows below it",
        })
    }
}

/// Why a row below the first belongs to the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoreHeader {
    /// It has the import ids of a survey tool.
    ImportIds,
    /// It repeats the names.
    RepeatsNames,
    /// It names the answers.
    NamesAnswers,
    /// It names the columns of a group.
    NamesGroup,
    /// It names groups of columns.
    NamesGroups,
    /// It has words over columns of data.
    WordsOverData,
}

impl fmt::Display for MoreHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MoreHeader::ImportIds => "holds the import IDs of a survey tool",
            MoreHeader::RepeatsNames => "repeats the names",
            MoreHeader::NamesAnswers => "names answers",
            MoreHeader::NamesGroup => "names the columns of a group",
            MoreHeader::NamesGroups => "names groups of columns",
            MoreHeader::WordsOverData => "has words over columns of data",
        })
    }
}

/// What was found out about the layout of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutEvidence {
    /// Nothing separates the lines into fields.
    NoDelimiter,
    /// Why the first row is the header, or is not.
    Header(HeaderEvidence),
    /// Why the row on that line belongs to the header as well.
    MoreHeader(u64, MoreHeader),
    /// So many columns at the end have neither a name nor content.
    EmptyColumns(u64),
    /// So many zero bytes are omitted.
    ZeroBytes(u64),
    /// The first line with a byte that is not UTF-8.
    StrayByte(u64),
    /// The file is Parquet, which stores the names and types of so many columns.
    Parquet(u64),
}

impl fmt::Display for LayoutEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayoutEvidence::NoDelimiter => f.write_str("no delimiter separates the lines into fields, so each line is one field"),
            LayoutEvidence::Header(evidence) => write!(f, "{evidence}"),
            LayoutEvidence::MoreHeader(line, evidence) => write!(f, "line {line} {evidence}"),
            LayoutEvidence::EmptyColumns(columns) => {
                let columns = counted(*columns, "column at the end has", "columns at the end have");
                write!(f, "{columns} neither name nor content")
            }
            LayoutEvidence::ZeroBytes(bytes) => f.write_str(&counted(*bytes, "zero byte is omitted", "zero bytes are omitted")),
            LayoutEvidence::StrayByte(line) => write!(f, "line {line} is the first with a byte that is not UTF-8"),
            LayoutEvidence::Parquet(columns) => {
                let columns = counted(*columns, "column", "columns");
                write!(f, "Parquet: the file stores the names and types of its {columns}")
            }
        }
    }
}
