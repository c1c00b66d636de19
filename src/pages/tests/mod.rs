//! The pages as their readers see them.

#[cfg(test)]
mod lille;
mod reader;
mod visits;
