#include "matchmaking/json_locator.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace oofgg::matchmaking {

int LineAt(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

std::string MemberPath(std::string_view parent, std::string_view member) {
  std::string path(parent);
  if (!path.empty()) path += '.';
  for (const char c : member.substr(0, 64)) path += c > 0x20 && c < 0x7F ? c : '?';
  return path;
}

std::string ElementPath(std::string_view parent, std::size_t index) {
  return std::string(parent) + '[' + std::to_string(index) + ']';
}

namespace {

// Two keys are equal if they spell the same text, however they are escaped.
std::string Unescaped(std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
  return nlohmann::json::parse(quoted, nullptr, /*allow_exceptions=*/false).get<std::string>();
}

}  // namespace

class JsonWalk {
 public:
  JsonWalk(std::string_view json, JsonLocator& out) : json_(json), out_(out) {}

  void Run() {
    for (; at_ < json_.size() && !out_.too_deep_line_.has_value(); ++at_) Step();
  }

 private:
  struct Container {
    std::string path;
    bool is_object = false;
    bool expects_key = false;  // In objects only: a string that comes now is a name.
    std::size_t index = 0;     // In arrays: of the next element.
    std::string member;        // In objects: whose value comes next.
    int key_line = 0;
    std::map<std::string, int, std::less<>> lines_of_names;
  };

  void Step() {
    switch (json_[at_]) {
      case '\n':
        ++line_;
        break;
      case '{':
      case '[':
        Open(json_[at_] == '{');
        break;
      case '}':
      case ']':
        open_.pop_back();
        break;
      case ',':
        NextMember();
        break;
      case '"':
        String();
        break;
      case ' ':
      case '\t':
      case '\r':
      case ':':
        break;
      default:
        Scalar();
        break;
    }
  }

  void Open(bool is_object) {
    std::string path = PlaceValue();
    if (open_.size() == JsonLocator::kMaxDepth) out_.too_deep_line_ = line_;
    Container& container = open_.emplace_back();
    container.path = std::move(path);
    container.is_object = is_object;
    container.expects_key = is_object;
  }

  void NextMember() {
    Container& container = open_.back();
    container.expects_key = container.is_object;
    ++container.index;
  }

  void String() {
    const std::size_t begin = at_;
    for (++at_; json_[at_] != '"'; ++at_) {
      if (json_[at_] == '\\') ++at_;
    }
    if (!open_.empty() && open_.back().expects_key) {
      Key(Unescaped(json_.substr(begin, at_ + 1 - begin)));
    } else {
      PlaceValue();
    }
  }

  void Scalar() {
    PlaceValue();
    while (at_ + 1 < json_.size() &&
           std::string_view(",]} \t\r\n").find(json_[at_ + 1]) == std::string_view::npos)
      ++at_;
  }

  void Key(std::string name) {
    Container& object = open_.back();
    object.expects_key = false;
    object.member = std::move(name);
    object.key_line = line_;
    const auto [earlier, is_new] = object.lines_of_names.emplace(object.member, line_);
    if (!is_new && !out_.duplicate_.has_value()) {
      out_.duplicate_ = {MemberPath(object.path, object.member), line_, earlier->second};
    }
  }

  // Records that the value whose turn it is begins here; returns its path.
  std::string PlaceValue() {
    if (open_.empty()) {
      out_.places_.emplace(std::string(), JsonLocator::Place{line_, line_});
      return {};
    }
    const Container& parent = open_.back();
    std::string path =
        parent.is_object ? MemberPath(parent.path, parent.member) : ElementPath(parent.path, parent.index);
    out_.places_.emplace(path, JsonLocator::Place{parent.is_object ? parent.key_line : line_, line_});
    return path;
  }

  std::string_view json_;
  JsonLocator& out_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Container> open_;
};

JsonLocator::JsonLocator(std::string_view json) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (json.substr(0, kByteOrderMark.size()) == kByteOrderMark) json.remove_prefix(kByteOrderMark.size());
  JsonWalk(json, *this).Run();
}

int JsonLocator::LineOf(std::string_view path) const {
  for (;;) {
    const auto place = places_.find(path);
    if (place != places_.end()) return place->second.value_line;
    if (path.empty()) return 1;
    const std::size_t cut = path.find_last_of(".[");
    path = cut == std::string_view::npos ? std::string_view() : path.substr(0, cut);
  }
}

int JsonLocator::LineOfKey(std::string_view path) const {
  const auto place = places_.find(path);
  return place == places_.end() ? LineOf(path) : place->second.key_line;
}

}  // namespace oofgg::matchmaking
