#pragma once

#include <memory>

#include "base/mailer.h"
#include "oofgg/status.h"
#include "servers/auth/settings.h"

namespace oofgg::servers {

/// The way of sending mail that was asked for; null if none was. Errors: the password file's.
[[nodiscard]] StatusOr<std::unique_ptr<Mailer>> MakeMailer(const AuthSettings& settings);

}  // namespace oofgg::servers
