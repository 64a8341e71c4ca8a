//! What a person or a machine reads, from the plain values of a report.
//!
//! The formats for programs write the documents of [`crate::wire`] as they are. Reading formats ([`terminal`], [`markdown`], [`html`]) share one
//! [`document::Document`] of a few blocks, so that layout is decided once. Text from outside is [`text::Untrusted`]: only
//! a format's escaper can write it.

pub mod check;
pub mod cohorts;
pub mod csv;
pub mod definitions;
pub mod described;
pub mod displayed;
pub mod document;
mod escape;
pub mod forecast;
pub mod format;
pub mod health;
pub mod html;
pub mod init;
pub mod inspection;
pub mod json;
pub mod markdown;
pub mod output_format;
pub mod parquet;
pub mod record_counts;
pub mod rejects;
pub mod report;
pub mod report_diff;
pub mod rows;
pub mod segments;
pub mod spark;
pub mod summary;
pub mod tables;
pub mod template;
pub mod terminal;
pub mod text;
mod top;
pub mod xlsx;
