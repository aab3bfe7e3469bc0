#pragma once

#include "oofgg/model/account.h"
#include "servers/cli/context.h"

namespace oofgg::cli {

/// An account in one line, as its owner and admins are shown it, or all of it as an object.
void PrintAccount(const Context& context, const Account& account);

}  // namespace oofgg::cli
