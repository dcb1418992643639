//! A single statement in a transaction of its own, which is begun and ended on the file's thread.

use std::sync::Arc;

use super::turn::Ticket;
use super::worker::Worker;
use super::{Ended, Rows, StorageError, Value, statement};

pub(super) fn query(
    worker: &mut Worker,
    ticket: &Arc<Ticket>,
    sql: &str,
    parameters: &[Value],
) -> Result<Rows, StorageError> {
    if statement::only_reads(worker, sql) {
        return worker.look(ticket, |worker| statement::query(worker, sql, parameters));
    }
    committed(worker, ticket, |worker| statement::query(worker, sql, parameters))
}

pub(super) fn execute(
    worker: &mut Worker,
    ticket: &Arc<Ticket>,
    sql: &str,
    parameters: &[Value],
) -> Result<u64, StorageError> {
    committed(worker, ticket, |worker| statement::execute(worker, sql, parameters))
}

fn committed<T>(
    worker: &mut Worker,
    ticket: &Arc<Ticket>,
    work: impl FnOnce(&mut Worker) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    let done = worker.run(ticket, work);
    match &done {
        Ok(_) => worker.run(ticket, Worker::commit)?,
        Err(_) => worker.end(ticket, Ended::RolledBack),
    }
    done
}
