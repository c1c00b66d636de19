//! The operator's listener: is it alive, what did it count. Never for visitors; on loopback by default.

mod answer;

pub use answer::answer;
