#include "oofgg/config.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace oofgg {
namespace {

constexpr std::string_view kExport = "export ";

using Layer = std::map<std::string, ConfigValue>;

std::optional<std::string> OfThisProcess(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r";
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

bool IsName(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

Status Malformed(const std::string& origin, std::string_view problem) {
  std::string message = origin;
  message += ": ";
  message += problem;
  message += "; write NAME=VALUE, or # and a comment";
  return MakeStatus(StatusCode::kInvalidArgument, message);
}

StatusOr<std::string_view> Unquote(std::string_view value, const std::string& origin) {
  if (value.empty() || (value.front() != '"' && value.front() != '\'')) return value;
  if (value.size() < 2 || value.back() != value.front()) {
    return Malformed(origin, "the quote that opens the value is not closed");
  }
  return value.substr(1, value.size() - 2);
}

Status ParseLine(std::string_view line, const std::string& origin, Layer& layer) {
  line = Trim(line);
  if (line.empty() || line.front() == '#') return absl::OkStatus();
  if (line.substr(0, kExport.size()) == kExport) line.remove_prefix(kExport.size());
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return Malformed(origin, "there is no '='");
  const std::string_view name = Trim(line.substr(0, equals));
  if (!IsName(name)) {
    return Malformed(origin, "the name before '=' is not made of letters, digits and '_' only");
  }
  OOFGG_ASSIGN_OR_RETURN(const std::string_view value, Unquote(Trim(line.substr(equals + 1)), origin));
  layer[std::string(name)] = {std::string(value), origin};
  return absl::OkStatus();
}

StatusOr<Layer> ParseText(std::string_view text, const std::string& file) {
  Layer layer;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    OOFGG_RETURN_IF_ERROR(ParseLine(text.substr(0, end), file + ":" + std::to_string(number), layer));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return layer;
}

Status CannotRead(const std::string& file, int error) {
  const StatusCode code = error == ENOENT ? StatusCode::kNotFound : StatusCode::kPermissionDenied;
  return MakeStatus(code, "cannot read configuration file " + file + ": " + std::strerror(error));
}

StatusOr<std::string> ReadFile(const std::string& file) {
  const auto close = [](std::FILE* stream) { std::fclose(stream); };
  const std::unique_ptr<std::FILE, decltype(close)> stream(std::fopen(file.c_str(), "re"), close);
  if (stream == nullptr) return CannotRead(file, errno);
  std::string text;
  char block[4096];
  while (const std::size_t got = std::fread(block, 1, sizeof(block), stream.get())) text.append(block, got);
  if (std::ferror(stream.get()) != 0) return CannotRead(file, errno);
  return text;
}

StatusOr<Layer> LoadFile(const std::string& file) {
  OOFGG_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  return ParseText(text, file);
}

}  // namespace

StatusOr<Config> Config::Load(Sources sources) {
  Config config;
  config.environment_ = sources.environment ? std::move(sources.environment) : OfThisProcess;
  if (!sources.dotenv_file.empty()) {
    auto layer = LoadFile(sources.dotenv_file);
    if (layer.ok()) {
      config.files_.push_back(*std::move(layer));
    } else if (!absl::IsNotFound(layer.status())) {
      return layer.status();
    }
  }
  if (!sources.config_file.empty()) {
    OOFGG_ASSIGN_OR_RETURN(Layer layer, LoadFile(sources.config_file));
    config.files_.push_back(std::move(layer));
  }
  return config;
}

std::optional<ConfigValue> Config::Find(const std::string& name) const {
  if (auto value = environment_(name); value.has_value() && !value->empty()) {
    return ConfigValue{*std::move(value), "environment"};
  }
  for (const Layer& layer : files_) {
    const auto found = layer.find(name);
    if (found != layer.end() && !found->second.text.empty()) return found->second;
  }
  return std::nullopt;
}

}  // namespace oofgg
