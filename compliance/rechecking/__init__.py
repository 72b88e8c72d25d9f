"""Stored runs judged again: under the release that they name (verify), or under the law as it stands now (reprocess)."""

from compliance.rechecking.again import CHUNK, NothingToSolveError, UnverifiableRunError, as_read, chunks, flips, recheck, trials_of_run
from compliance.rechecking.reprocessing import Reprocessed, ids_of, in_chunks, reprocess, reprocess_runs, runs_to_reprocess
from compliance.rechecking.settling import settle
from compliance.rechecking.verifying import Doubt, Verification, Verified, verify, verify_doubted, verify_runs

__all__ = [
    "CHUNK",
    "Doubt",
    "NothingToSolveError",
    "Reprocessed",
    "UnverifiableRunError",
    "Verification",
    "Verified",
    "as_read",
    "chunks",
    "flips",
    "ids_of",
    "in_chunks",
    "recheck",
    "reprocess",
    "reprocess_runs",
    "runs_to_reprocess",
    "settle",
    "trials_of_run",
    "verify",
    "verify_doubted",
    "verify_runs",
]
