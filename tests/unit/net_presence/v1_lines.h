#pragma once

namespace oofgg::net {

// What a v1 client is told of a friend.
inline constexpr char kOn[] = R"({"online":true})";
inline constexpr char kOff[] = R"({"online":false})";

}  // namespace oofgg::net
