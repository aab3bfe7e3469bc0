#include "storage/redis/game/rows.h"

#include <utility>

#include "storage/json_columns.h"
#include "storage/redis/packed.h"

namespace oofgg::storage {
namespace {

/// In front of each body, for the day when rows look otherwise.
constexpr std::uint8_t kRowForm = 1;

Status DamagedRow(std::string_view what) {
  return MakeStatus(StatusCode::kDataLoss, "a stored " + std::string(what) + " is not what was written");
}

std::string PackMembers(const std::vector<game::SessionMember>& members) {
  PackedWriter packed;
  for (const game::SessionMember& member : members) {
    packed.Text(member.user_id).Text(member.team_id).Text(member.join_ticket);
  }
  return packed.Take();
}

/// False: they are damaged.
bool UnpackMembers(std::string_view packed, std::vector<game::SessionMember>& members) {
  PackedReader reader(packed);
  while (!reader.at_end()) {
    game::SessionMember& member = members.emplace_back();
    member.user_id = reader.Text();
    member.team_id = reader.Text();
    member.join_ticket = reader.Text();
  }
  return reader.ok();
}

/// Reads what stands in front of a body. False: it is of another form.
bool ReadHead(PackedReader& reader, std::int64_t& version) {
  version = reader.Number();
  reader.Raw(kMarkBytes);
  return reader.Byte() == kRowForm;
}

}  // namespace

std::string FirstRow(std::string_view mark, std::string_view body) {
  return PackedWriter().Number(1).Raw(mark).Raw(body).Take();
}

std::string BodyOf(const game::SessionRecord& session) {
  return PackedWriter()
      .Byte(kRowForm)
      .Text(session.game_id)
      .Text(session.owner_id)
      .Byte(static_cast<std::uint8_t>(session.state))
      .Text(session.alias_of)
      .Text(PackMembers(session.members))
      .Text(ToJson(session.attributes))
      .Number(static_cast<std::uint32_t>(session.region))
      .Text(session.data)
      .Text(session.ticket_id)
      .Take();
}

StatusOr<game::SessionRecord> SessionOf(std::string_view id, std::string_view row) {
  PackedReader reader(row);
  game::SessionRecord session;
  session.id = id;
  if (!ReadHead(reader, session.version)) return DamagedRow("session");
  session.game_id = reader.Text();
  session.owner_id = reader.Text();
  session.state = static_cast<SessionState>(reader.Byte());
  session.alias_of = reader.Text();
  const bool has_members = UnpackMembers(reader.Text(), session.members);
  const std::string_view attributes = reader.Text();
  session.region = static_cast<std::int32_t>(reader.Number());
  session.data = reader.Text();
  session.ticket_id = reader.Text();
  if (!reader.ok() || !has_members) return DamagedRow("session");
  OOFGG_ASSIGN_OR_RETURN(session.attributes, AttributesFromJson(attributes));
  return session;
}

std::string BodyOf(const Entity& entity) {
  return PackedWriter()
      .Byte(kRowForm)
      .Text(entity.game_id)
      .Text(entity.name)
      .Text(entity.type)
      .Text(ToJson(entity.attributes))
      .Byte(static_cast<std::uint8_t>(entity.controller))
      .Text(entity.player_id)
      .Text(entity.data)
      .Take();
}

StatusOr<Entity> EntityOf(std::string_view session_id, std::string_view id, std::string_view row) {
  PackedReader reader(row);
  Entity entity;
  entity.session_id = session_id;
  entity.id = id;
  if (!ReadHead(reader, entity.version)) return DamagedRow("entity");
  entity.game_id = reader.Text();
  entity.name = reader.Text();
  entity.type = reader.Text();
  const std::string_view attributes = reader.Text();
  entity.controller = static_cast<EntityController>(reader.Byte());
  entity.player_id = reader.Text();
  entity.data = reader.Text();
  if (!reader.ok()) return DamagedRow("entity");
  OOFGG_ASSIGN_OR_RETURN(entity.attributes, AttributesFromJson(attributes));
  return entity;
}

}  // namespace oofgg::storage
