#include "wire/proto_presence.h"

namespace oofgg::wire {

void PresenceProto::ToProto(const PresenceRequest& from, v1::PresenceRequest& to) {
  if (from.set_friends) {
    to.mutable_friends()->mutable_user_ids()->Assign(from.friends.begin(), from.friends.end());
  }
  to.set_sign_off(from.sign_off);
}

void PresenceProto::ToProto(const PresenceUpdate& from, v1::PresenceUpdate& to) {
  to.set_user_id(from.user_id);
  to.set_state(WrittenEnum<v1::PresenceState>(from.state));
  to.set_version(from.version);
}

Status PresenceProto::FromProto(const v1::PresenceRequest& from, PresenceRequest& to, Reading) {
  to.set_friends = from.has_friends();
  to.friends.assign(from.friends().user_ids().begin(), from.friends().user_ids().end());
  to.sign_off = from.sign_off();
  return {};
}

Status PresenceProto::FromProto(const v1::PresenceUpdate& from, PresenceUpdate& to, Reading reading) {
  to.user_id = from.user_id();
  to.version = from.version();
  return ReadEnum(from.state(), v1::PresenceState_MAX, "state", reading, to.state);
}

}  // namespace oofgg::wire
