//! The extended query protocol, a message at a time.
//!
//! Rules apply when a portal is executed, not when it is parsed: clients keep prepared statements. The unnamed statement and
//! portal get names of our own at the backend, because a hidden simple query there would destroy unnamed ones.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::conflict::{clear_way, unqualified};
use super::transaction::Phase;
use super::{Fail, Session};
use crate::check;
use crate::statement::{Kind, Statement};
use crate::wire::{Frame, broken, cstr, parse_error, row_description};
use crate::words;

/// Stands for the unnamed statement or portal at the backend.
const UNNAMED: &str = "dsql_local_unnamed";
/// A statement parsed again in a doomed transaction.
const COPIES: &str = "dsql_local_copies";

/// A prepared statement of the client's.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    statement: Statement,
    /// The parameter types of its Parse, as they came.
    types: Vec<u8>,
}

/// A bound statement of the client's.
#[derive(Clone, Debug)]
pub(crate) struct Portal {
    prepared: Prepared,
    /// Its Bind, from the parameters on.
    parameters: Vec<u8>,
}

fn backend_name(name: &str) -> &str {
    if name.is_empty() { UNNAMED } else { name }
}

/// The body of a Close or Describe.
fn target(kind: u8, name: &str) -> Vec<u8> {
    let mut body = vec![kind];
    body.extend(cstr(backend_name(name)));
    body
}

impl Session {
    /// Carries out one message.
    pub(super) async fn extended_message(&mut self, frame: &Frame) -> io::Result<()> {
        if frame.tag == b'S' {
            return self.sync().await;
        }
        if self.skipping {
            return Ok(());
        }
        self.extended = true;
        self.release();
        let outcome = match frame.tag {
            b'P' => self.parse(frame).await,
            b'B' => self.bind(frame).await,
            b'D' => self.describe(frame).await,
            b'E' => self.execute(frame).await,
            b'C' => self.close(frame).await,
            _ => self.client.flush().await.map_err(Fail::Io),
        };
        self.extended = false;
        match outcome {
            Ok(()) => Ok(()),
            Err(Fail::Server(error)) => {
                self.skipping = true;
                self.fail(&error).await
            }
            Err(Fail::Io(error)) => Err(error),
        }
    }

    /// Whether a result has to be described before its rows: only in the simple protocol, the other has Describe.
    pub(super) fn describing(&self) -> bool {
        !self.extended
    }

    async fn sync(&mut self) -> io::Result<()> {
        self.skipping = false;
        match self.close_hidden().await {
            Ok(()) => {}
            Err(Fail::Server(error)) => self.fail(&error).await?,
            Err(Fail::Io(error)) => return Err(error),
        }
        if self.unsynced {
            self.backend.sync().await?;
            self.unsynced = false;
        }
        if self.transaction.phase == Phase::Idle {
            self.portals.clear();
        }
        self.ready().await
    }

    async fn parse(&mut self, frame: &Frame) -> Result<(), Fail> {
        let (name, at) = frame.text_at(0)?;
        let (text, at) = frame.text_at(at)?;
        let types = frame.body.get(at..).unwrap_or_default().to_vec();
        let statement = Statement::read(&text);
        self.in_time(&statement).await?;
        if name.is_empty() {
            self.drop_prepared("").await?;
        }
        if let Kind::Refused(error) = &statement.kind {
            return Err(error.clone().into());
        }
        let for_backend = match &statement.kind {
            Kind::AsyncIndex(index) => Some(index.create.as_str()),
            Kind::AsyncValidate(validate) => Some(validate.alter.as_str()),
            Kind::Shown(..) | Kind::Iam(..) => None,
            _ => Some(statement.text.as_str()),
        };
        if let Some(text) = for_backend {
            let mut body = cstr(backend_name(&name));
            body.extend(cstr(text));
            body.extend(&types);
            self.ask(b'P', &body, b"1").await?;
        } else {
            self.client.push(b'1', &[]);
        }
        self.prepared.insert(name, Prepared { statement, types });
        Ok(())
    }

    async fn bind(&mut self, frame: &Frame) -> Result<(), Fail> {
        let (portal, at) = frame.text_at(0)?;
        let (name, rest) = frame.text_at(at)?;
        let Some(prepared) = self.prepared.get(&name).cloned() else {
            return Err(missing("26000", "prepared statement", &name).into());
        };
        self.in_time(&prepared.statement).await?;
        let parameters = frame.body.get(rest..).unwrap_or_default().to_vec();
        let bound = Portal { prepared, parameters };
        let statement = &bound.prepared.statement;
        if statement.has_portal() {
            if !matches!(statement.kind, Kind::Call) {
                self.open_hidden().await?;
            }
            if matches!(statement.kind, Kind::Dml | Kind::Mixed) {
                self.transaction.bytes += u64::try_from(bound.parameters.len()).unwrap_or(u64::MAX);
            }
            self.guard(statement).await?;
            if self.transaction.doomed.is_some() {
                self.bind_to_copies(&portal, &bound).await?;
                self.client.push(b'2', &[]);
                self.portals.insert(portal, bound);
                return Ok(());
            }
            if portal.is_empty() && self.portals.contains_key("") {
                self.ask_silently(b'C', &target(b'P', &portal), b'3').await?;
            }
            let mut body = cstr(backend_name(&portal));
            body.extend(cstr(backend_name(&name)));
            body.extend(&bound.parameters);
            self.ask(b'B', &body, b"2").await?;
        } else {
            self.client.push(b'2', &[]);
        }
        self.portals.insert(portal, bound);
        Ok(())
    }

    /// Parses and binds anew in a doomed transaction, so that the statement finds the copies of its tables.
    async fn bind_to_copies(&mut self, portal: &str, bound: &Portal) -> Result<(), Fail> {
        let mut close = vec![b'S'];
        close.extend(cstr(COPIES));
        self.ask_silently(b'C', &close, b'3').await?;
        self.ask_silently(b'C', &target(b'P', portal), b'3').await?;
        let mut parse = cstr(COPIES);
        parse.extend(cstr(&unqualified(&bound.prepared.statement.text)));
        parse.extend(&bound.prepared.types);
        self.ask_silently(b'P', &parse, b'1').await?;
        let mut bind = cstr(backend_name(portal));
        bind.extend(cstr(COPIES));
        bind.extend(&bound.parameters);
        self.ask_silently(b'B', &bind, b'2').await
    }

    async fn describe(&mut self, frame: &Frame) -> Result<(), Fail> {
        let kind = frame.body.first().copied().unwrap_or_default();
        let (name, _) = frame.text_at(1)?;
        let statement = match kind {
            b'S' => self.prepared.get(&name).map(|p| p.statement.clone()),
            _ => self.portals.get(&name).map(|p| p.prepared.statement.clone()),
        };
        let Some(statement) = statement else {
            let error = if kind == b'S' {
                missing("26000", "prepared statement", &name)
            } else {
                missing("34000", "portal", &name)
            };
            return Err(error.into());
        };
        self.in_time(&statement).await?;
        if statement.has_portal() {
            let last = self.exchange(b'D', &target(kind, &name), b"Tn", true).await?;
            if last.tag == b'T'
                && let Some(refused) = check::columns(&last)?
            {
                return Err(refused.into());
            }
            self.client.pass(&last);
            return Ok(());
        }
        if kind == b'S' {
            self.client.push(b't', &[0, 0]);
        }
        match &statement.kind {
            Kind::AsyncIndex(_) | Kind::AsyncValidate(_) => self.client.pass(&row_description(&["job_id"])),
            Kind::Shown(column, _) => self.client.pass(&row_description(&[column])),
            _ => self.client.push(b'n', &[]),
        }
        Ok(())
    }

    async fn execute(&mut self, frame: &Frame) -> Result<(), Fail> {
        let (name, rest) = frame.text_at(0)?;
        let Some(portal) = self.portals.get(&name).cloned() else {
            return Err(missing("34000", "portal", &name).into());
        };
        let statement = &portal.prepared.statement;
        self.admit(statement).await?;
        if self.run_without_portal(statement).await? {
            return Ok(());
        }
        let mut body = cstr(backend_name(&name));
        body.extend(frame.body.get(rest..).unwrap_or_default());
        let mark = self.client.mark();
        let shared = Arc::clone(&self.shared);
        let (pid, way, cleared) = (self.pid, self.way(statement), AtomicBool::new(false));
        let outcome = tokio::select! {
            outcome = self.exchange(b'E', &body, b"CsI", true) => outcome,
            never = clear_way(&shared.registry, pid, way, &cleared) => match never {},
        };
        let last = match outcome {
            Err(Fail::Server(error)) => {
                self.doom(statement, error, cleared.into_inner()).await?;
                if !self.client.rewind(mark) {
                    return Err(words::oc000().into());
                }
                self.bind_to_copies(&name, &portal).await?;
                self.exchange(b'E', &body, b"CsI", true).await?
            }
            other => other?,
        };
        if last.tag == b'C' {
            let tag = last.text()?;
            if !matches!(statement.kind, Kind::Call) {
                self.judge(statement, &tag).await?;
            }
            self.complete(last);
        } else {
            self.client.pass(&last);
        }
        Ok(())
    }

    async fn close(&mut self, frame: &Frame) -> Result<(), Fail> {
        let kind = frame.body.first().copied().unwrap_or_default();
        let (name, _) = frame.text_at(1)?;
        if kind == b'S' {
            self.prepared.remove(&name);
        } else {
            self.portals.remove(&name);
        }
        self.ask(b'C', &target(kind, &name), b"3").await
    }

    /// Forgets the unnamed statement and portal, as a simple query does.
    pub(super) async fn forget_unnamed(&mut self) -> io::Result<()> {
        self.portals.remove("");
        match self.drop_prepared("").await {
            Err(Fail::Io(error)) => Err(error),
            _ => Ok(()),
        }
    }

    async fn drop_prepared(&mut self, name: &str) -> Result<(), Fail> {
        if self
            .prepared
            .remove(name)
            .is_some_and(|p| !matches!(p.statement.kind, Kind::Shown(..) | Kind::Iam(..)))
        {
            self.ask_silently(b'C', &target(b'S', name), b'3').await?;
        }
        Ok(())
    }

    /// In an aborted transaction only its end is answered, whatever else is wrong with a statement.
    pub(super) async fn in_time(&mut self, statement: &Statement) -> Result<(), Fail> {
        if statement.ends_transaction() {
            return Ok(());
        }
        self.not_lost().await?;
        if self.transaction.phase == Phase::Failed {
            return Err(words::aborted().into());
        }
        Ok(())
    }

    /// Sends one message and passes on everything up to its answer.
    async fn ask(&mut self, tag: u8, body: &[u8], until: &[u8]) -> Result<(), Fail> {
        let last = self.exchange(tag, body, until, true).await?;
        self.client.pass(&last);
        Ok(())
    }

    /// Sends one message of our own; the client does not see the answer.
    async fn ask_silently(&mut self, tag: u8, body: &[u8], until: u8) -> Result<(), Fail> {
        self.exchange(tag, body, &[until], false).await.map(drop)
    }

    /// Sends one message and reads up to an answer of one of the kinds `until`, which is returned.
    async fn exchange(&mut self, tag: u8, body: &[u8], until: &[u8], pass: bool) -> Result<Frame, Fail> {
        self.backend.wire.push(tag, body);
        self.backend.wire.push(b'H', &[]);
        self.backend.wire.flush().await?;
        self.unsynced = true;
        loop {
            let frame = self.backend.read().await?;
            match frame.tag {
                b'E' => return Err(parse_error(&frame)?.into()),
                b'G' => {
                    self.client.pass(&frame);
                    self.copy_in().await?;
                }
                b'Z' => return Err(broken("the backend is out of step").into()),
                kind if until.contains(&kind) => return Ok(frame),
                _ if pass => self.pass_on(&frame).await?,
                _ => {}
            }
        }
    }
}

fn missing(code: &str, what: &str, name: &str) -> words::ServerError {
    let message = if name.is_empty() {
        format!("unnamed {what} does not exist")
    } else {
        format!("{what} \"{name}\" does not exist")
    };
    words::ServerError::new(code, message)
}
