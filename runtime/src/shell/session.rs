//! A connection, what it answers, and the settings that it has been given.

use crate::connect::Connection;
use crate::retry::{Trouble, with_causes};
use crate::server::ServerError;
use crate::sql::proof::Question;
use futures_util::StreamExt;
use std::time::Duration;
use tokio_postgres::types::{ToSql, Type};
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
    /// The value of a column in the first row.
    pub(crate) fn first(&self, column: &str) -> Option<&str> {
        let position = self.columns.iter().position(|name| name == column)?;
        self.rows.first()?.get(position)?.as_deref()
    }
}

enum Line<'a> {
    Own(Connection),
    Lent(&'a Client),
}

/// A connection in use.
pub(crate) struct Session<'a> {
    line: Line<'a>,
    /// The `SET` statements that it has had, in order.
    pub(crate) settings: Vec<String>,
}

impl<'a> Session<'a> {
    pub(crate) fn own(connection: Connection) -> Self {
        Self { line: Line::Own(connection), settings: Vec::new() }
    }

    pub(crate) fn lent(client: &'a Client) -> Self {
        Self { line: Line::Lent(client), settings: Vec::new() }
    }

    pub(crate) fn client(&self) -> &Client {
        match &self.line {
            Line::Own(connection) => connection.client(),
            Line::Lent(client) => client,
        }
    }

    /// Whether statements have no way to the server any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.client().is_closed()
    }

    /// Ends it without waiting for anything.
    pub(crate) fn cut(self) {
        if let Line::Own(connection) = self.line {
            connection.cut();
        }
    }

    /// Sends a message of one or more statements; several are one transaction. One answer for each.
    pub(crate) async fn send(&self, sql: &str, limit: Duration) -> Result<Vec<Answer>, Trouble> {
        let mut answers = Vec::new();
        match tokio::time::timeout(limit, self.receive(sql, &mut answers)).await {
            Ok(Ok(())) => Ok(answers),
            Ok(Err(error)) => Err(trouble(&error, answers.len())),
            Err(_) => Err(Trouble::Lost(format!("no answer within {limit:?}"))),
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

    /// Asks a query with text parameters, in one round trip.
    pub(crate) async fn ask(&self, question: &Question, limit: Duration) -> Result<Vec<Row>, Trouble> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            question.parameters.iter().map(|text| (text as &(dyn ToSql + Sync), Type::TEXT)).collect();
        let asked = async {
            let rows = self.client().query_typed(&question.sql, &parameters).await?;
            rows.iter()
                .map(|row| {
                    (0..row.len()).map(|position| row.try_get::<_, Option<String>>(position)).collect()
                })
                .collect::<Result<Vec<Row>, _>>()
        };
        match tokio::time::timeout(limit, asked).await {
            Ok(answer) => answer.map_err(|error| trouble(&error, 0)),
            Err(_) => Err(Trouble::Lost(format!("no answer within {limit:?}"))),
        }
    }
}

fn trouble(error: &tokio_postgres::Error, answered: usize) -> Trouble {
    match error.as_db_error() {
        Some(server) => Trouble::Server(ServerError::from(server), answered),
        None => Trouble::Lost(with_causes(error)),
    }
}
