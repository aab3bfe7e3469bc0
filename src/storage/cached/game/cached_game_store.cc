#include "storage/cached/game/cached_game_store.h"

namespace oofgg::storage {

StatusOr<Game> CachedGameStore::CreateGame(const Game& game, const game::CreationKey& key,
                                           std::uint32_t quota) {
  RowCache<Game>::Writing writing(games_, game.id);
  auto made = inner_->CreateGame(game, key, quota);
  if (made.ok() && made->id == game.id) writing.Keep(*made);
  return made;
}

StatusOr<Game> CachedGameStore::FindGame(std::string_view id) {
  return games_.FindOrRead(id, [&] { return inner_->FindGame(id); });
}

std::shared_ptr<const Game> CachedGameStore::GameAtHand(std::string_view id) { return games_.Find(id); }

StatusOr<Game> CachedGameStore::FindGameToChange(std::string_view id) {
  return games_.is_exact() ? FindGame(id) : inner_->FindGameToChange(id);
}

StatusOr<std::vector<Game>> CachedGameStore::ListGames(std::string_view after, std::size_t limit) {
  return inner_->ListGames(after, limit);
}

StatusOr<Game> CachedGameStore::UpdateGame(const Game& game) {
  RowCache<Game>::Writing writing(games_, game.id);
  auto updated = inner_->UpdateGame(game);
  if (updated.ok()) writing.Keep(*updated);
  return updated;
}

Status CachedGameStore::AddTrends(std::span<const game::GameTrend> trends) {
  return inner_->AddTrends(trends);
}

StatusOr<std::vector<game::TrendingGame>> CachedGameStore::ListTrending(
    const std::optional<game::GameTrend>& after, std::size_t limit) {
  return inner_->ListTrending(after, limit);
}

StatusOr<std::string> CachedGameStore::KeepSecret(std::string_view name, std::string_view fresh) {
  return inner_->KeepSecret(name, fresh);
}

StatusOr<bool> CachedGameStore::Purge(const game::Sweep& sweep) { return inner_->Purge(sweep); }

}  // namespace oofgg::storage
