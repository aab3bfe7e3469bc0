#include "wire/proto_revocation.h"

namespace oofgg::wire {

void RevocationProto::ToProto(const WatchRevocationsRequest& from, v1::WatchRevocationsRequest& to) {
  to.set_cursor(from.cursor);
}

void RevocationProto::ToProto(const RevokedSession& from, v1::RevokedSession& to) {
  to.set_session_id(from.session_id);
  to.set_revoked_at_ms(MillisOf(from.revoked_at));
  to.set_until_ms(MillisOf(from.until));
}

void RevocationProto::ToProto(const DeletedUser& from, v1::DeletedUser& to) {
  to.set_user_id(from.user_id);
  to.set_deleted_at_ms(MillisOf(from.deleted_at));
  to.set_until_ms(MillisOf(from.until));
}

void RevocationProto::ToProto(const Revocations& from, v1::Revocations& to) {
  for (const RevokedSession& each : from.sessions) ToProto(each, *to.add_sessions());
  to.set_cursor(from.cursor);
  to.set_reset(from.reset);
  for (const DeletedUser& each : from.deleted_users) ToProto(each, *to.add_deleted_users());
}

Status RevocationProto::FromProto(const v1::WatchRevocationsRequest& from, WatchRevocationsRequest& to,
                                  Reading) {
  to.cursor = from.cursor();
  return {};
}

Status RevocationProto::FromProto(const v1::RevokedSession& from, RevokedSession& to, Reading) {
  to.session_id = from.session_id();
  to.revoked_at = TimeOfMillis(from.revoked_at_ms());
  to.until = TimeOfMillis(from.until_ms());
  return {};
}

Status RevocationProto::FromProto(const v1::DeletedUser& from, DeletedUser& to, Reading) {
  to.user_id = from.user_id();
  to.deleted_at = TimeOfMillis(from.deleted_at_ms());
  to.until = TimeOfMillis(from.until_ms());
  return {};
}

Status RevocationProto::FromProto(const v1::Revocations& from, Revocations& to, Reading reading) {
  for (const v1::RevokedSession& each : from.sessions()) {
    OOFGG_RETURN_IF_ERROR(FromProto(each, to.sessions.emplace_back(), reading));
  }
  to.cursor = from.cursor();
  to.reset = from.reset();
  for (const v1::DeletedUser& each : from.deleted_users()) {
    OOFGG_RETURN_IF_ERROR(FromProto(each, to.deleted_users.emplace_back(), reading));
  }
  return {};
}

}  // namespace oofgg::wire
