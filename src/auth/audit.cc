#include "auth/audit.h"

namespace oofgg::auth {

void AuditTrail::Note(std::string_view what, std::string_view user_id, const CallContext& context,
                      Fields fields) const {
  if (context.caller.has_value() && context.caller->user_id != user_id) {
    fields.emplace_back("actor", context.caller->user_id);
    fields.emplace_back("actor_role", context.caller->role);
  }
  if (!context.peer_address.empty()) fields.emplace_back("peer", context.peer_address);
  AppendOrTell(*log_, {.at = clock_->WallNow(),
                       .kind = "auth." + std::string(what),
                       .key = std::string(user_id),
                       .fields = std::move(fields)});
}

}  // namespace oofgg::auth
