//! Counts over a chain.

use super::error::StoreError;
use super::ledger::Ledger;
use super::value::Value;

/// What is in a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// The first place that isn't pruned; 0 if there is none.
    pub first: u64,
    /// The newest place.
    pub last: u64,
    /// Choices.
    pub choices: u64,
    /// Random ids among them.
    pub visitors: u64,
    /// Notices.
    pub notices: u64,
    /// Payloads that were forgotten.
    pub forgotten: u64,
    /// The oldest time: seconds since 1970.
    pub oldest: Option<i64>,
    /// The newest time.
    pub newest: Option<i64>,
}

impl Ledger {
    /// Counts one chain.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn stats(&mut self, instance: &str) -> Result<Stats, StoreError> {
        let sql = "SELECT min(sequence), count(id), count(DISTINCT id), \
                   count(payload) - count(id), count(*) - count(payload), min(time), max(time) \
                   FROM record WHERE instance = $1";
        let rows = self.database.query(sql, &[Value::from(instance)]).await?;
        let row = rows.into_iter().next().ok_or(StoreError::Shape)?;
        let signed: Vec<Option<i64>> = row.iter().map(Value::integer).collect();
        let [first, choices, visitors, notices, forgotten, oldest, newest] = signed.as_slice() else {
            return Err(StoreError::Shape);
        };
        let count = |number: &Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
        Ok(Stats {
            first: count(first),
            last: self.head(instance).await?.sequence,
            choices: count(choices),
            visitors: count(visitors),
            notices: count(notices),
            forgotten: count(forgotten),
            oldest: *oldest,
            newest: *newest,
        })
    }
}
