#pragma once

namespace oofgg::testing {

/// What the accounts of tests are given.
inline constexpr const char* kPassword = "correct horse battery";

}  // namespace oofgg::testing
