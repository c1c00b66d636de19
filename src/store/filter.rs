//! Which records are asked for.

use super::chain::Row;
use super::value::Value;

/// All that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this chain.
    pub instance: Option<String>,
    /// With this random id.
    pub id: Option<[u8; 16]>,
    /// Of this site.
    pub site: Option<String>,
    /// Not before: seconds since 1970.
    pub since: Option<i64>,
    /// Before: seconds since 1970.
    pub until: Option<i64>,
}

impl Filter {
    /// Of one chain.
    pub fn of(instance: &str) -> Self {
        Self { instance: Some(instance.to_owned()), ..Self::default() }
    }

    /// Whether it asks for what the payload says: then records that were forgotten don't answer.
    pub fn is_by_content(&self) -> bool {
        self.id.is_some() || self.site.is_some() || self.since.is_some() || self.until.is_some()
    }

    /// Whether it lets a record through.
    pub fn matches(&self, row: &Row) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| value == Some(wanted))
        };
        is(&self.instance, Some(&row.instance))
            && is(&self.site, row.site.as_deref())
            && self.id.is_none_or(|id| row.id.as_deref() == Some(&id))
            && self.since.is_none_or(|since| row.time.is_some_and(|time| time >= since))
            && self.until.is_none_or(|until| row.time.is_some_and(|time| time < until))
    }

    /// A condition of SQL and its parameters.
    pub(super) fn condition(&self, after: (&str, u64)) -> (String, Vec<Value>) {
        let mut terms = Vec::new();
        let mut values = Vec::new();
        let mut term = |comparison: &str, value: Value| {
            values.push(value);
            terms.push(format!("{comparison} ${}", values.len()));
        };
        match &self.instance {
            Some(instance) => {
                term("instance =", Value::from(instance.as_str()));
                term("sequence >", Value::from(after.1));
            }
            None => {
                values.extend([Value::from(after.0), Value::from(after.1)]);
                terms.push("(instance, sequence) > ($1, $2)".to_owned());
            }
        }
        let mut term = |comparison: &str, value: Option<Value>| {
            if let Some(value) = value {
                values.push(value);
                terms.push(format!("{comparison} ${}", values.len()));
            }
        };
        term("id =", self.id.as_ref().map(|id| Value::from(id.as_slice())));
        term("site =", self.site.as_deref().map(Value::from));
        term("time >=", self.since.map(Value::from));
        term("time <", self.until.map(Value::from));
        (terms.join(" AND "), values)
    }
}
