#pragma once

#include <functional>
#include <string>

namespace oofgg::load {

/// How far it is. `done`: the phase has ended; otherwise the line makes way for the next.
using LoadProgress = std::function<void(const std::string& line, bool done)>;

}  // namespace oofgg::load
