#include "backends/engine/pull_progress.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "oofgg/log.h"

namespace oofgg::backends {
namespace {

constexpr std::chrono::seconds kBetweenLines{5};
constexpr std::size_t kMostLayers = 1000;

}  // namespace

bool PullProgress::Feed(std::string_view piece, TimePoint now) {
  const bool fits = lines_.Feed(piece, [this](std::string_view line) { Line(line); });
  if (now - said_ >= kBetweenLines) {
    said_ = now;
    Log(LogLevel::kInfo, "backends", "pulls " + image_ + ": " + Summary());
  }
  return fits;
}

void PullProgress::Line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return;
  const auto text = [&json](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (json.contains("error")) error_ = text("error").empty() ? "it says no reason" : text("error");
  const std::string status = text("status");
  const std::string id = text("id");
  if (id.empty() || status.rfind("Pulling from", 0) == 0) return;
  if (layers_.size() >= kMostLayers && !layers_.contains(id)) return;
  layers_[id] = status == "Pull complete" || status == "Already exists";
}

std::string PullProgress::Summary() const {
  if (layers_.empty()) return "nothing new";
  const auto done =
      std::count_if(layers_.begin(), layers_.end(), [](const auto& layer) { return layer.second; });
  return std::to_string(done) + " of " + std::to_string(layers_.size()) + " layers";
}

}  // namespace oofgg::backends
