#pragma once

#include <google/protobuf/message.h>

#include <set>
#include <string>

namespace oofgg::wire {

/// Sets every field of a message, each to a value of its own, so that one that is forgotten or mistaken for
/// another shows. Fields are found by reflection: one that is added to the .proto is tested without a word
/// here.
class MessageFiller {
 public:
  /// `round` chooses among the members of each oneof, in turn. `unmapped` names the fields left alone, as
  /// `package.Message.field`.
  MessageFiller(int round, const std::set<std::string>& unmapped) : round_(round), unmapped_(unmapped) {}

  void Fill(google::protobuf::Message& message);

 private:
  void FillField(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);
  bool IsMapped(const google::protobuf::FieldDescriptor& field) const;
  bool IsChosen(const google::protobuf::FieldDescriptor& field) const;

  const int round_;
  const std::set<std::string>& unmapped_;
  int next_ = 1;
};

}  // namespace oofgg::wire
