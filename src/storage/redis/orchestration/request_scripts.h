#pragma once

#include <string>

#include "storage/redis/redis_script.h"

/// Each step of a request's life as one script. KEYS are `request_keys::Of(fleet)`.
///
/// What a lease allows answers {'done'}, {'gone'}: there is no such request, or {'lost'}: the lease is
/// another's. What is written in a term answers 'late' once there is a newer one. A `mark` is a write's own:
/// sent again, the write finds it in the row and answers as before.
namespace oofgg::storage::request_scripts {

/// What all scripts on requests begin with, those on seats too: rows, their indexes, and releasing seats.
[[nodiscard]] const std::string& Prelude();

/// ARGV: id, mark, players, deadline, longest line (0: any). {'row', id, row} · {'full'}.
[[nodiscard]] const RedisScript& Enqueue();

/// {requests, seats} in line.
[[nodiscard]] const RedisScript& Waiting();

/// ARGV: how many at most, end of the lease, term. {id, row, id, row, …}, oldest first.
[[nodiscard]] const RedisScript& LeaseOldest();

/// ARGV: id, mark, fence, end of the lease.
[[nodiscard]] const RedisScript& Renew();

/// ARGV: id, mark, fence. Also {'unseated'}.
[[nodiscard]] const RedisScript& Complete();

/// ARGV: id, mark, fence, error, 1 if a start failed.
[[nodiscard]] const RedisScript& Fail();

/// ARGV: id, mark, fence.
[[nodiscard]] const RedisScript& GiveBack();

/// ARGV: id, mark, end of the lease. {'row', id, row} · {'gone'} · {'not_done'}.
[[nodiscard]] const RedisScript& Occupy();

/// ARGV: id, mark, fence.
[[nodiscard]] const RedisScript& Release();

/// ARGV: id. {id, row as it was} or {}.
[[nodiscard]] const RedisScript& Withdraw();

/// ARGV: id, mark.
[[nodiscard]] const RedisScript& ForgiveFailures();

/// ARGV: now, until which deadline failures are forgotten, error of the overdue, how many of each kind at
/// most, term. {first moment to come or '', 1 if there is more now, id, row, …}: what changed.
[[nodiscard]] const RedisScript& SweepLapsed();

/// ARGV: mark, holder. Takes every lease back, and answers the term that begins; 'late' if another holder has
/// the fleet.
[[nodiscard]] const RedisScript& TakeOver();

}  // namespace oofgg::storage::request_scripts
