//! Forgetting and pruning: what is taken out of a chain so that it can still be recomputed.

use super::chain::Head;
use super::entry::{Notice, Why};
use super::error::StoreError;
use super::head::{Of, SignedHead};
use super::key::SigningKey;
use super::ledger::Ledger;
use super::value::Value;

/// Payloads that one notice names, and rows that one transaction deletes: a writer waits for no more than that.
const MOST: u64 = 1000;

/// What a pruning did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Rows deleted from the beginning of the chain.
    pub deleted: u64,
    /// Payloads blanked of rows as old that have younger ones before them.
    pub blanked: u64,
}

impl Ledger {
    /// Blanks every payload with this id in every chain, and notes in each that it was done. Their digests stay.
    /// Returns how many there were.
    ///
    /// # Errors
    /// The database can't be changed; chains that were done by then stay so.
    pub async fn forget(&mut self, id: &[u8; 16], now: i64) -> Result<u64, StoreError> {
        let mut count = 0;
        for instance in self.instances().await? {
            let condition = "id = $2";
            let id = Value::from(id.as_slice());
            count += self.blank(&instance, (condition, &id), Why::Asked, now).await?;
        }
        self.database.scrub();
        Ok(count)
    }

    /// Deletes what is older than `before` (seconds since 1970) from one chain, and leaves a signed checkpoint in its
    /// place. A chain can only be cut from its beginning, so an old record that stands after a younger one (a clock was
    /// wrong) has its payload blanked.
    ///
    /// # Errors
    /// The database can't be changed; what was done by then stays so, and the chain is in order.
    pub async fn prune(
        &mut self,
        instance: &str,
        before: i64,
        now: i64,
        key: &SigningKey,
    ) -> Result<Pruned, StoreError> {
        let mut pruned = Pruned::default();
        let Some(last) = self.last_to_prune(instance, before).await? else { return Ok(pruned) };
        loop {
            let deleted = self.cut(instance, last, now, key).await?;
            pruned.deleted += deleted;
            if deleted < MOST {
                break;
            }
        }
        // Notices hold nothing of a visitor, and what they name must stay explained.
        let condition = "time < $2 AND id IS NOT NULL";
        pruned.blanked = self.blank(instance, (condition, &Value::from(before)), Why::Retention, now).await?;
        self.database.scrub();
        Ok(pruned)
    }

    /// The last place up to which every record is that old; forgotten ones, which have no time, go with their
    /// neighbours.
    async fn last_to_prune(&mut self, instance: &str, before: i64) -> Result<Option<u64>, StoreError> {
        let values = [Value::from(instance), Value::from(before)];
        let young = "SELECT min(sequence) FROM record WHERE instance = $1 AND time >= $2";
        if let Some(first) = self.number(young, &values).await? {
            return Ok(Some(first.saturating_sub(1)));
        }
        let old = "SELECT max(sequence) FROM record WHERE instance = $1 AND time < $2";
        self.number(old, &values).await
    }

    /// Deletes rows from the beginning of a chain, up to `last`, [`MOST`] at most, in one transaction.
    async fn cut(
        &mut self,
        instance: &str,
        last: u64,
        now: i64,
        key: &SigningKey,
    ) -> Result<u64, StoreError> {
        self.database.begin(instance).await?;
        let cut = self.try_cut(instance, last, now, key).await;
        self.conclude(cut).await
    }

    async fn try_cut(
        &mut self,
        instance: &str,
        last: u64,
        now: i64,
        key: &SigningKey,
    ) -> Result<u64, StoreError> {
        let sql = "SELECT sequence, link FROM record WHERE instance = $1 AND sequence <= $2 \
                   ORDER BY sequence LIMIT $3";
        let values = [Value::from(instance), Value::from(last), Value::from(MOST)];
        let rows = self.database.query(sql, &values).await?;
        let Some(row) = rows.into_iter().last() else { return Ok(0) };
        let mut row = row.into_iter();
        let sequence =
            row.next().and_then(|value| value.integer()).and_then(|number| u64::try_from(number).ok());
        let link = row.next().and_then(Value::octets).and_then(|link| link.try_into().ok());
        let (Some(sequence), Some(link)) = (sequence, link) else { return Err(StoreError::Shape) };
        let checkpoint = SignedHead::sign(Of::Checkpoint, instance, Head { sequence, link }, now, key);
        let sql = "INSERT INTO checkpoint (instance, signed) VALUES ($1, $2) \
                   ON CONFLICT (instance) DO UPDATE SET signed = excluded.signed";
        self.database.execute(sql, &[Value::from(instance), Value::from(checkpoint.line().as_str())]).await?;
        let sql = "DELETE FROM record WHERE instance = $1 AND sequence <= $2";
        self.database.execute(sql, &[Value::from(instance), Value::from(sequence)]).await
    }

    /// Blanks the payloads of a chain that meet a condition, and notes it there.
    async fn blank(
        &mut self,
        instance: &str,
        condition: (&str, &Value),
        why: Why,
        now: i64,
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        loop {
            self.database.begin(instance).await?;
            let blanked = self.try_blank(instance, condition, why, now).await;
            let blanked = self.conclude(blanked).await?;
            count += blanked;
            if blanked < MOST {
                return Ok(count);
            }
        }
    }

    async fn try_blank(
        &mut self,
        instance: &str,
        (condition, value): (&str, &Value),
        why: Why,
        now: i64,
    ) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT sequence FROM record WHERE instance = $1 AND {condition} AND payload IS NOT NULL \
             ORDER BY sequence LIMIT $3"
        );
        let values = [Value::from(instance), value.clone(), Value::from(MOST)];
        let rows = self.database.query(&sql, &values).await?;
        let sequence = |row: &Vec<Value>| u64::try_from(row.first()?.integer()?).ok();
        let sequences: Option<Vec<u64>> = rows.iter().map(sequence).collect();
        let sequences = sequences.ok_or(StoreError::Shape)?;
        let sql = "UPDATE record SET id = NULL, time = NULL, site = NULL, payload = NULL \
                   WHERE instance = $1 AND sequence = $2";
        for sequence in &sequences {
            self.database.execute(sql, &[Value::from(instance), Value::from(*sequence)]).await?;
        }
        let count = sequences.len() as u64;
        if count > 0 {
            let head = self.head(instance).await?;
            self.extend(instance, head, &[Notice::Forgotten(sequences, why).entry(now)]).await?;
        }
        Ok(count)
    }

    /// Commits what went well, undoes what didn't.
    async fn conclude(&mut self, done: Result<u64, StoreError>) -> Result<u64, StoreError> {
        let committed = match done {
            Ok(count) => self.database.commit().await.map(|()| count),
            Err(fault) => Err(fault),
        };
        if committed.is_err() {
            self.database.rollback().await;
        }
        committed
    }

    pub(super) async fn number(&mut self, sql: &str, values: &[Value]) -> Result<Option<u64>, StoreError> {
        let rows = self.database.query(sql, values).await?;
        let value = rows.first().and_then(|row| row.first());
        Ok(value.and_then(Value::integer).and_then(|number| u64::try_from(number).ok()))
    }
}
