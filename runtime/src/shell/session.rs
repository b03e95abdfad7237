//! A connection, what it answers, and the settings that it has been given.

use crate::connect::Connection;
use crate::retry::{Failure, with_causes};
use crate::server_error::ServerError;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_postgres::{Client, SimpleQueryMessage};

/// A row as text.
pub(crate) type Row = Vec<Option<String>>;

/// What one statement answered.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl Answer {
    /// A value by its place.
    pub(crate) fn cell(&self, row: usize, column: usize) -> Option<&str> {
        self.rows.get(row)?.get(column)?.as_deref()
    }

    /// The value of a column in a row.
    pub(crate) fn value(&self, row: usize, column: &str) -> Option<&str> {
        self.cell(row, self.columns.iter().position(|name| name == column)?)
    }

    /// The value of a column in the first row.
    pub(crate) fn first(&self, column: &str) -> Option<&str> {
        self.value(0, column)
    }
}

enum Way<'a> {
    Own(Connection),
    Lent(&'a Client),
}

/// A connection in use.
pub(crate) struct Session<'a> {
    way: Way<'a>,
    /// The `SET` statements that it has had, in order.
    pub(crate) settings: Vec<String>,
    /// Of a connection that was lent: what its owner had set, of the parameters that have been set since.
    pub(crate) before: BTreeMap<String, String>,
}

impl<'a> Session<'a> {
    pub(crate) fn own(connection: Connection) -> Self {
        Self { way: Way::Own(connection), settings: Vec::new(), before: BTreeMap::new() }
    }

    pub(crate) fn lent(client: &'a Client) -> Self {
        Self { way: Way::Lent(client), settings: Vec::new(), before: BTreeMap::new() }
    }

    pub(crate) fn client(&self) -> &Client {
        match &self.way {
            Way::Own(connection) => connection.client(),
            Way::Lent(client) => client,
        }
    }

    /// Whether statements have no way to the server any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.client().is_closed()
    }

    /// Ends it without waiting for anything.
    pub(crate) fn cut(self) {
        if let Way::Own(connection) = self.way {
            connection.cut();
        }
    }

    /// Sends a message of one or more statements; several are one transaction. One answer for each.
    pub(crate) async fn send(&self, sql: &str, limit: Duration) -> Result<Vec<Answer>, Failure> {
        let mut answers = Vec::new();
        match tokio::time::timeout(limit, self.receive(sql, &mut answers)).await {
            Ok(Ok(())) => Ok(answers),
            Ok(Err(error)) => Err(failure(&error, answers.len())),
            Err(_) => Err(Failure::Lost(format!("no answer within {limit:?}"))),
        }
    }

    async fn receive(&self, sql: &str, answers: &mut Vec<Answer>) -> Result<(), tokio_postgres::Error> {
        let mut messages = std::pin::pin!(self.client().simple_query_raw(sql).await?);
        let mut answer = Answer::default();
        while let Some(message) = messages.next().await {
            match message? {
                SimpleQueryMessage::RowDescription(columns) => {
                    answer.columns = columns.iter().map(|column| column.name().to_owned()).collect();
                }
                SimpleQueryMessage::Row(row) => {
                    let values = (0..row.len())
                        .map(|position| row.try_get(position).map(|value| value.map(str::to_owned)));
                    answer.rows.push(values.collect::<Result<_, _>>()?);
                }
                SimpleQueryMessage::CommandComplete(_) => answers.push(std::mem::take(&mut answer)),
                _ => {}
            }
        }
        Ok(())
    }
}

fn failure(error: &tokio_postgres::Error, answered: usize) -> Failure {
    match error.as_db_error() {
        Some(server) => Failure::Server(ServerError::from(server), answered),
        None => Failure::Lost(with_causes(error)),
    }
}
