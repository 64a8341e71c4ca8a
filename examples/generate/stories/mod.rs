//! The stories, one file each, and what they share.

mod calendar;
mod charity;
mod clinic;
mod employer;
mod export;
mod loyalty_shop;
mod names;
mod network;
mod random;
mod software_company;
mod suppliers;

/// A folder of files.
pub struct Story {
    /// The folder's name.
    pub folder: &'static str,
    /// Names and contents.
    pub files: Vec<(&'static str, Vec<u8>)>,
}

/// All stories.
pub fn all() -> Vec<Story> {
    vec![
        software_company::story(),
        loyalty_shop::story(),
        charity::story(),
        suppliers::story(),
        employer::story(),
        clinic::story(),
        network::story(),
    ]
}
