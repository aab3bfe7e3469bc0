#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "backends/engine/engine_client.h"

namespace oofgg::backends {

/// Reads what `of`, `/containers/ID` or `/tasks/ID`, has written last: the end of a sentence that says how it
/// ended,
/// `; its last words: …`, or nothing. It takes five seconds at most, and whatever there is by then has to do.
void ReadLastWords(EngineClient& engine, std::string_view of,
                   std::function<void(const std::string& words)> on_words);

}  // namespace oofgg::backends
