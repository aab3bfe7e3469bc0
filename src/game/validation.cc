#include "game/validation.h"

#include <algorithm>
#include <cmath>

#include "base/id_text.h"

namespace oofgg::game {
namespace {

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
}

std::string AtMost(std::size_t bytes) { return "is too long; at most " + std::to_string(bytes) + " bytes"; }

// The length of the sequence at the front of `text`, or 0 if it is not well-formed (RFC 3629, section 4).
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {  // Neither overlong nor a surrogate.
    return continues(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {  // Neither overlong nor beyond U+10FFFF.
    return continues(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) && continues(2) &&
                   continues(3)
               ? 4
               : 0;
  }
  return 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Status CheckId(std::string_view field, std::string_view id) {
  if (id.empty()) return InvalidField(field, "is missing; give an id");
  if (id.size() > kMaxIdBytes) return InvalidField(field, AtMost(kMaxIdBytes));
  if (!IsIdText(id)) {
    return InvalidField(field, "is not an id; letters, digits and _ . : - are allowed");
  }
  return {};
}

Status CheckOptionalId(std::string_view field, std::string_view id) {
  return id.empty() ? Status() : CheckId(field, id);
}

Status CheckText(std::string_view field, std::string_view text, std::size_t min, std::size_t max) {
  if (text.size() < min) {
    return InvalidField(field, text.empty() ? std::string("is missing; give a text")
                                            : "is too short; at least " + std::to_string(min) + " bytes");
  }
  OOFGG_RETURN_IF_ERROR(CheckData(field, text, max));
  if (std::any_of(text.begin(), text.end(), IsControl)) {
    return InvalidField(field, "has control characters; only line breaks and tabs are allowed");
  }
  return {};
}

Status CheckData(std::string_view field, std::string_view data, std::size_t max) {
  if (data.size() > max) return InvalidField(field, AtMost(max));
  if (!IsUtf8(data)) return InvalidField(field, "is not UTF-8; encode binary data, for instance as base64");
  return {};
}

Status CheckAttributes(std::string_view field, const Attributes& attributes) {
  if (attributes.size() > kMaxAttributes) {
    return InvalidField(field, "are too many; at most " + std::to_string(kMaxAttributes));
  }
  for (const auto& [key, value] : attributes) {
    OOFGG_RETURN_IF_ERROR(CheckText(std::string(field) + ".key", key, 1, kMaxAttributeKeyBytes));
    const std::string name = std::string(field) + "." + key;
    if (const auto* text = std::get_if<std::string>(&value)) {
      OOFGG_RETURN_IF_ERROR(CheckData(name, *text, kMaxAttributeTextBytes));
    }
    if (const auto* number = std::get_if<float>(&value); number != nullptr && !std::isfinite(*number)) {
      return InvalidField(name, "is not a finite number");
    }
  }
  return {};
}

std::size_t SizeOf(const Attributes& attributes) {
  std::size_t size = 0;
  for (const auto& [key, value] : attributes) {
    const auto* text = std::get_if<std::string>(&value);
    size += key.size() + (text != nullptr ? text->size() : sizeof(float));
  }
  return size;
}

Status CheckUrl(std::string_view field, std::string_view url) {
  if (url.empty()) return {};
  if (url.size() > kMaxUrlBytes) return InvalidField(field, AtMost(kMaxUrlBytes));
  const bool absolute = url.starts_with("https://") || url.starts_with("http://");
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (absolute && plain) return {};
  return InvalidField(field, "is not a URL; begin with https://, and percent-encode what is not ASCII");
}

Status CheckScoreRules(const ScoreRules& rules) {
  if (rules.size() > kMaxScoreRules) {
    return InvalidField("score_rules", "are too many; at most " + std::to_string(kMaxScoreRules));
  }
  for (const auto& [type, rule] : rules) {
    OOFGG_RETURN_IF_ERROR(CheckId("score_rules.key", type));
    if (rule.min_value > rule.max_value) {
      return InvalidField("score_rules." + type + ".min_value", "is greater than max_value");
    }
  }
  return {};
}

Status CheckMetadata(std::string_view field, const std::map<std::string, std::string>& metadata) {
  if (metadata.size() > kMaxMetadataEntries) {
    return InvalidField(field, "has too many entries; at most " + std::to_string(kMaxMetadataEntries));
  }
  for (const auto& [key, value] : metadata) {
    OOFGG_RETURN_IF_ERROR(CheckText(std::string(field) + ".key", key, 1, kMaxAttributeKeyBytes));
    OOFGG_RETURN_IF_ERROR(CheckData(std::string(field) + "." + key, value, kMaxMetadataTextBytes));
  }
  return {};
}

Status CheckRegion(std::int32_t region) {
  if (region >= 0 && region <= kMaxRegion) return {};
  return InvalidField("region", "is not a region; 0 (no wish) to " + std::to_string(kMaxRegion));
}

StatusOr<std::size_t> PageSize(std::int32_t limit) {
  if (limit == 0) return kDefaultPage;
  if (limit < 0 || static_cast<std::size_t>(limit) > kMaxPage) {
    return InvalidField("limit", "is out of range; 1 to " + std::to_string(kMaxPage) + ", or 0 for " +
                                     std::to_string(kDefaultPage));
  }
  return static_cast<std::size_t>(limit);
}

StatusOr<CreationKey> MakeCreationKey(const CallContext& context, const Fingerprint& fingerprint) {
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("idempotency-key", context.idempotency_key));
  return CreationKey{context.caller->user_id, context.idempotency_key, fingerprint.value()};
}

}  // namespace oofgg::game
