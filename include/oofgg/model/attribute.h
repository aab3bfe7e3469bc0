#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace oofgg {

/// A typed value of an event, a session or an entity. Order of alternatives is the wire's.
using Attribute = std::variant<std::string, std::int32_t, float, bool>;
using Attributes = std::map<std::string, Attribute, std::less<>>;

}  // namespace oofgg
