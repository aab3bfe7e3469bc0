#pragma once

#include "oofgg/model/presence.h"

namespace oofgg::internal {

/// Whether somebody who has been told one need not be told the other.
[[nodiscard]] inline bool ShowTheSame(const PresenceUpdate& one, const PresenceUpdate& other) {
  return one.state == other.state && one.text == other.text && one.session_id == other.session_id;
}

}  // namespace oofgg::internal
