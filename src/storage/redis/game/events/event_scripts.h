#pragma once

#include "storage/redis/redis_script.h"

/// The scripts that a session's log is written and read by. Keys: `event_keys::Log`.
///
/// Of the log are known: `last`, the last number; `total`, the sizes of all entries ever, and `floor`, the
/// same up to about the oldest one kept; `server`, under whose replication id the last number was given. That
/// is another one whenever a replica became master or the server was restarted, hence whenever the log may
/// have lost its end: numbers then go on in the next run, so that none is given out twice.
///
/// An entry of the stream has the fields `e`, the entry; `t`, the sizes of all before it; and, where numbers
/// jump, `p`, the number before it.
namespace oofgg::storage::event_scripts {

/// Appends entries and tells them on the channel. Arguments: the command that publishes, the channel, the
/// sender, the number of its batch (greater than that of every batch before), the next run or nothing, the
/// last number that the sender knows of or 0, how many entries and of what size are kept, for how many
/// milliseconds (0: for good), then entry and size of each.
/// Nothing: it needs the next run. Otherwise the last number, and that before the batch; if the batch is
/// there already, the last number twice.
[[nodiscard]] const RedisScript& Append();

/// What was appended. Arguments: the number behind which, or nothing: all that is kept; the next run or
/// nothing; the time to keep, as above.
/// Nothing: there is no log, and it needs the next run to begin one. Otherwise the last number and the
/// entries as XRANGE has them.
[[nodiscard]] const RedisScript& Read();

}  // namespace oofgg::storage::event_scripts
