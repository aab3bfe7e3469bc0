#include "auth/erase_account.h"

#include <string>

namespace oofgg::auth {
namespace {

constexpr std::size_t kBatch = 100;

Status EraseMarked(UserStore& users, CodeStore& codes, SessionKeeper& sessions, const std::string& user_id) {
  OOFGG_RETURN_IF_ERROR(sessions.EndAll(user_id, "").status());
  OOFGG_RETURN_IF_ERROR(sessions.TellDeleted(user_id));
  OOFGG_RETURN_IF_ERROR(sessions.Erase(user_id));
  OOFGG_RETURN_IF_ERROR(codes.EraseCodes(user_id));
  return users.Erase(user_id);  // Last: as long as it is there, the rest is found again.
}

}  // namespace

Status EraseAccount(UserStore& users, CodeStore& codes, SessionKeeper& sessions, User user) {
  user.state = AccountState::kDeleting;
  ++user.epoch;
  OOFGG_RETURN_IF_ERROR(users.Update(user));
  return EraseMarked(users, codes, sessions, user.id);
}

StatusOr<std::size_t> FinishDeletions(UserStore& users, CodeStore& codes, SessionKeeper& sessions) {
  std::size_t gone = 0;
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const auto ids, users.ListDeleting(kBatch));
    for (const std::string& id : ids) {
      OOFGG_RETURN_IF_ERROR(EraseMarked(users, codes, sessions, id));
      ++gone;
    }
    if (ids.size() < kBatch) return gone;
  }
}

}  // namespace oofgg::auth
