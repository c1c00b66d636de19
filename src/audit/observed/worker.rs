//! A worker's part: it fills tables, and hands over what is in them when it is asked.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::Table;
use super::keeper::Message;
use super::table::Handed;
use crate::config::Sites;

/// How long a worker that ends waits for its last hand-over to be taken.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a worker is given to be asked by.
#[derive(Debug)]
pub struct Seat {
    pub(super) asked: mpsc::Receiver<u64>,
    pub(super) messages: mpsc::Sender<Message>,
    pub(super) names: usize,
}

/// The tables of one worker.
#[derive(Debug)]
pub struct Observer {
    messages: mpsc::Sender<Message>,
    names: usize,
    /// One for each configuration of which exchanges go on.
    tables: RefCell<Vec<Rc<Table>>>,
}

impl Observer {
    /// Hands over from now on, in a task of this thread.
    pub fn start(seat: Seat) -> Rc<Self> {
        let Seat { mut asked, messages, names } = seat;
        let observer = Rc::new(Self { messages, names, tables: RefCell::default() });
        let own = Rc::clone(&observer);
        tokio::task::spawn_local(async move {
            while let Some(turn) = asked.recv().await {
                own.hand_over(turn).await;
            }
        });
        observer
    }

    /// A table for the sites of a configuration.
    pub fn table(&self, sites: &Sites) -> Rc<Table> {
        let table = Rc::new(Table::new(sites, self.names));
        self.tables.borrow_mut().push(Rc::clone(&table));
        table
    }

    /// Hands over what was seen since the last time, before the worker ends.
    pub async fn finish(&self) {
        // Where nobody takes it any more there is nobody to tell.
        let _ = tokio::time::timeout(PATIENCE, self.hand_over(0)).await;
    }

    async fn hand_over(&self, turn: u64) {
        let handed = self.take();
        // The receiver is gone only when the process ends.
        let _ = self.messages.send(Message::Handed { turn, handed }).await;
    }

    /// Everything in the tables; those that no exchange fills any more are let go.
    fn take(&self) -> Vec<Handed> {
        let mut tables = self.tables.borrow_mut();
        let handed = tables.iter().flat_map(|table| table.hand_over()).collect();
        tables.retain(|table| Rc::strong_count(table) > 1);
        handed
    }
}
