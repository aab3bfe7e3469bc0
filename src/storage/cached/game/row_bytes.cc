#include "storage/cached/game/row_bytes.h"

#include <string>

namespace oofgg::storage {
namespace {

constexpr std::size_t kMapNode = 48;

template <typename... Texts>
std::size_t BytesOfTexts(const Texts&... texts) {
  return (texts.capacity() + ...);
}

std::size_t BytesOfAttributes(const Attributes& attributes) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : attributes) {
    bytes += kMapNode + sizeof(Attributes::value_type) + key.capacity();
    if (const auto* text = std::get_if<std::string>(&value)) bytes += text->capacity();
  }
  return bytes;
}

}  // namespace

std::size_t BytesOf(const Player& player) {
  return sizeof(player) + BytesOfTexts(player.id, player.username, player.email, player.team, player.role);
}

std::size_t BytesOf(const Game& game) {
  std::size_t bytes = sizeof(game) + BytesOfTexts(game.id, game.name, game.short_description,
                                                  game.description, game.image_url, game.data, game.owner_id);
  for (const auto& rule : game.score_rules) {
    bytes += kMapNode + sizeof(rule) + rule.first.capacity();
  }
  return bytes;
}

std::size_t BytesOf(const game::SessionRecord& session) {
  std::size_t bytes =
      sizeof(session) + BytesOfAttributes(session.attributes) +
      BytesOfTexts(session.id, session.game_id, session.owner_id, session.data, session.ticket_id);
  for (const game::SessionMember& member : session.members) {
    bytes += sizeof(member) + BytesOfTexts(member.user_id, member.team_id, member.join_ticket);
  }
  return bytes;
}

std::size_t BytesOf(const game::ScoreRecord& score) {
  std::size_t bytes = sizeof(score) + BytesOfTexts(score.score.id, score.score.player_id, score.score.game_id,
                                                   score.score.instance_id, score.score.score_type);
  for (const auto& [key, value] : score.score.metadata) {
    bytes += kMapNode + 2 * sizeof(std::string) + BytesOfTexts(key, value);
  }
  return bytes;
}

}  // namespace oofgg::storage
