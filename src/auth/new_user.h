#pragma once

#include <string>
#include <string_view>

#include "auth/user_store.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"

namespace oofgg::auth {

/// An account with role `user`, a fresh id and the present time; the rest is for its maker to fill in.
[[nodiscard]] User NewUser(const Clock& clock, RandomSource& random, std::string username);

/// A name for somebody who gave none: `guest_7k2m9x4c1q`. 50 random bits, so that it is free.
[[nodiscard]] std::string MadeUsername(std::string_view prefix, RandomSource& random);

/// 10 characters of Crockford's base 32, which has no I, L, O and U to be misread: 50 random bits.
[[nodiscard]] std::string RandomCode(RandomSource& random);

/// As it was sent, however it was typed: upper case, without spaces and hyphens, O read as 0, I and L as 1.
[[nodiscard]] std::string NormalizedCode(std::string_view typed);

}  // namespace oofgg::auth
