#pragma once

#include <functional>
#include <string_view>

namespace oofgg {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Receives every line the library logs. Never given tokens, passwords or personal data.
using LogSink = std::function<void(LogLevel level, std::string_view room, std::string_view message)>;

/// Replaces the process-wide sink; the default drops everything, since a library does not write to a
/// game's console. An empty sink restores that default. Threads: safe; the sink may be called from
/// any thread, by several at once, and must not call back into oofgg.
void SetLogSink(LogSink sink);

/// Hands a line to the sink. `room` is the part of the house that speaks, such as "auth".
void Log(LogLevel level, std::string_view room, std::string_view message);

}  // namespace oofgg
