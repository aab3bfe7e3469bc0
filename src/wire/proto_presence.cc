#include "wire/proto_presence.h"

namespace oofgg::wire {

void PresenceProto::ToProto(const PresenceRequest& from, v1::PresenceRequest& to) {
  if (from.set_friends) {
    to.mutable_friends()->mutable_user_ids()->Assign(from.friends.begin(), from.friends.end());
  }
  to.set_sign_off(from.sign_off);
  if (!from.status.has_value()) return;
  to.mutable_status()->set_state(WrittenEnum<v1::PresenceState>(from.status->state));
  to.mutable_status()->set_text(from.status->text);
  to.mutable_status()->set_session_id(from.status->session_id);
}

void PresenceProto::ToProto(const PresenceUpdate& from, v1::PresenceUpdate& to) {
  to.set_user_id(from.user_id);
  to.set_state(WrittenEnum<v1::PresenceState>(from.state));
  to.set_version(from.version);
  to.set_text(from.text);
  to.set_session_id(from.session_id);
}

Status PresenceProto::FromProto(const v1::PresenceRequest& from, PresenceRequest& to, Reading reading) {
  to.set_friends = from.has_friends();
  to.friends.assign(from.friends().user_ids().begin(), from.friends().user_ids().end());
  to.sign_off = from.sign_off();
  to.status.reset();
  if (!from.has_status()) return {};
  PresenceStatus& status = to.status.emplace();
  status.text = from.status().text();
  status.session_id = from.status().session_id();
  if (!from.status().has_state()) return {};
  return ReadEnum(from.status().state(), v1::PresenceState_MAX, "status.state", reading, status.state);
}

Status PresenceProto::FromProto(const v1::PresenceUpdate& from, PresenceUpdate& to, Reading reading) {
  to.user_id = from.user_id();
  to.version = from.version();
  to.text = from.text();
  to.session_id = from.session_id();
  return ReadEnum(from.state(), v1::PresenceState_MAX, "state", reading, to.state);
}

}  // namespace oofgg::wire
