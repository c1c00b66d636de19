mod examples;
mod parts;
mod properties;
mod scale;
