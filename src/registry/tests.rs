mod examples;
mod properties;
mod scale;
