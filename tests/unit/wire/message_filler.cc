#include "tests/unit/wire/message_filler.h"

#include <algorithm>
#include <vector>

namespace oofgg::wire {
namespace pb = google::protobuf;

void MessageFiller::Fill(pb::Message& message) {
  const pb::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (IsMapped(field) && IsChosen(field)) FillField(message, field);
  }
}

bool MessageFiller::IsMapped(const pb::FieldDescriptor& field) const {
  return unmapped_.count(field.full_name()) == 0;
}

bool MessageFiller::IsChosen(const pb::FieldDescriptor& field) const {
  const pb::OneofDescriptor* oneof = field.real_containing_oneof();
  if (oneof == nullptr) return true;
  std::vector<const pb::FieldDescriptor*> members;
  for (int i = 0; i < oneof->field_count(); ++i) {
    if (IsMapped(*oneof->field(i))) members.push_back(oneof->field(i));
  }
  return members[static_cast<std::size_t>(round_) % members.size()] == &field;
}

void MessageFiller::FillField(pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& set = *message.GetReflection();
  const int n = next_++;
  const bool is_list = field.is_repeated();
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      Fill(is_list ? *set.AddMessage(&message, &field) : *set.MutableMessage(&message, &field));
      break;
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = std::to_string(n);  // The contract writes some numbers as text.
      is_list ? set.AddString(&message, &field, text) : set.SetString(&message, &field, text);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      // 2 where there is one: of a Ticket it is the state in which it has an assignment.
      set.SetEnumValue(&message, &field, std::min(2, field.enum_type()->value_count() - 1));
      break;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      set.SetBool(&message, &field, true);
      break;
    case pb::FieldDescriptor::CPPTYPE_INT32:
      set.SetInt32(&message, &field, n);
      break;
    case pb::FieldDescriptor::CPPTYPE_INT64:
      set.SetInt64(&message, &field, n);
      break;
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      set.SetUInt32(&message, &field, static_cast<unsigned>(n));
      break;
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      set.SetUInt64(&message, &field, static_cast<unsigned>(n));
      break;
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      set.SetFloat(&message, &field, static_cast<float>(n) / 2);
      break;
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      set.SetDouble(&message, &field, n / 2.0);
      break;
  }
}

}  // namespace oofgg::wire
